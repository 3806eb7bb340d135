import type { Locale } from '../../config/locale.js';
import type { AccountKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { CATALOGUES } from './catalogues.js';
import { type ClinicFacts, contactOf } from './clinic-contact.js';
import { type Email, emailOf } from './email.js';
import { localTime } from './local-time.js';
import { plainLine } from './plain-line.js';
import { pageOf, type UnconfirmedFacts, viewOfUnconfirmed } from './unconfirmed.js';

/** All that an email with a code tells. */
export interface AccountEmailFacts extends ClinicFacts {
  readonly kind: AccountKind;
  readonly locale: Locale;
  readonly code: string;
  readonly expiresAt: EpochMs;
  /** Where the clinic's front end is, if there is one; a click then spares typing the code. */
  readonly frontEndUrl?: string | undefined;
  /** Only where nobody has confirmed the address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/** The page of a front end that takes the code. */
const PAGES: Readonly<Record<AccountKind, string>> = {
  password_reset: 'reset-password',
  verify_address: 'verify-email',
  invitation: 'invitation',
  change_address: 'change-email',
};

/** What takes the code itself, for readers whose clinic has no such page. */
const ROUTES: Readonly<Record<AccountKind, string>> = {
  password_reset: 'POST /api/auth/password/reset',
  verify_address: 'POST /api/auth/verify-email',
  invitation: 'POST /api/auth/invitation',
  change_address: 'POST /api/auth/change-email',
};

/** Writes the email that brings a code, in the reader's language; times are the clinic's, with the zone named. */
export function renderAccountEmail(facts: AccountEmailFacts): Email {
  const catalogue = CATALOGUES[facts.locale];
  const { account, language, regards } = catalogue;
  const { kinds, greeting, detailsTitle, codeLabel, goodUntilLabel, moment, whyYouGetThis, codeRoute } =
    account;
  const { subject, heading, sentence, linkText, next } = kinds[facts.kind];
  const clinicName = plainLine(facts.clinicName);
  const until = moment(localTime(facts.expiresAt, facts.clinicTimezone, language));
  const address = addressOf(facts);
  return emailOf({
    language,
    subject: `${subject}: ${clinicName}`,
    preview: sentence,
    clinicName,
    contact: contactOf(facts),
    heading,
    greeting,
    sentence,
    code: { label: codeLabel, value: facts.code },
    detailsTitle,
    details: [{ label: goodUntilLabel, value: until, isWhen: true }],
    isCancelled: false,
    link: address === undefined ? null : { address, text: linkText },
    next: address === undefined ? [codeRoute(ROUTES[facts.kind]), ...next] : next,
    regards,
    whyYouGetThis,
    // The email's own link confirms the address.
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, catalogue.unconfirmed),
  });
}

// Behind #: what stands there is sent to no server, and so stands in no log.
function addressOf({ frontEndUrl, kind, code }: AccountEmailFacts): string | undefined {
  return frontEndUrl && pageOf(frontEndUrl, `${PAGES[kind]}#token=${code}`);
}
