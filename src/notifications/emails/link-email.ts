import type { Locale } from '../../config/locale.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { LINK_TEXTS } from './link-texts.js';
import { CATALOGUES } from './catalogues.js';
import { type ClinicFacts, contactOf } from './clinic-contact.js';
import { type Email, emailOf } from './email.js';
import { localTime } from './local-time.js';
import { plainLine } from './plain-line.js';
import { pageOf, type UnconfirmedFacts, viewOfUnconfirmed } from './unconfirmed.js';

/** The contents of an email with a code. */
export interface LinkEmailFacts extends ClinicFacts {
  readonly kind: LinkKind;
  readonly locale: Locale;
  readonly code: string;
  readonly expiresAt: EpochMs;
  /** The URL of the clinic's front end, if there is one: the email then has a link, and the code need not be typed. */
  readonly frontEndUrl?: string | undefined;
  /** Only for an unconfirmed address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/** The front end's page that takes the code. */
const PAGES: Readonly<Record<LinkKind, string>> = {
  password_reset: 'reset-password',
  verify_address: 'verify-email',
  invitation: 'invitation',
  change_address: 'change-email',
  patient_invitation: 'invitation',
};

/** The endpoint that takes the code, for clinics without a front end. */
const ROUTES: Readonly<Record<LinkKind, string>> = {
  password_reset: 'POST /api/auth/password/reset',
  verify_address: 'POST /api/auth/verify-email',
  invitation: 'POST /api/auth/invitation',
  change_address: 'POST /api/auth/change-email',
  patient_invitation: 'POST /api/auth/invitation',
};

/** Renders the email with a code, in the recipient's language. Times are in the clinic's time zone, which is named. */
export function renderLinkEmail(facts: LinkEmailFacts): Email {
  const catalogue = CATALOGUES[facts.locale];
  const { account, language, moment, regards, unconfirmed } = catalogue;
  const { greeting, detailsTitle, goodUntilLabel, whyYouGetThis, codeRoute } = account;
  const { subject, heading, sentence, codeLabel, linkText, next } = LINK_TEXTS[facts.kind][facts.locale];
  const clinicName = plainLine(facts.clinicName);
  const until = moment(localTime(facts.expiresAt, facts.clinicTimezone, language));
  const url = urlOf(facts);
  const unconfirmedTexts = { ...unconfirmed, patientsSentence: unconfirmed.invitedSentence };
  return emailOf({
    language,
    subject: `${subject}: ${clinicName}`,
    preview: sentence,
    clinicName,
    contact: contactOf(facts),
    heading,
    greeting,
    sentence,
    reason: null,
    code: { label: codeLabel, value: facts.code },
    detailsTitle,
    details: [{ label: goodUntilLabel, value: until, isWhen: true }],
    isCancelled: false,
    link: url === undefined ? null : { url, text: linkText },
    next: url === undefined ? [codeRoute(codeLabel, ROUTES[facts.kind]), ...next] : next,
    regards,
    whyYouGetThis,
    // No confirmation page: using this email's code confirms the address.
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, unconfirmedTexts),
  });
}

// In the fragment, which browsers send to no server: the code appears in no log.
function urlOf({ frontEndUrl, kind, code }: LinkEmailFacts): string | undefined {
  return frontEndUrl && pageOf(frontEndUrl, `${PAGES[kind]}#token=${code}`);
}
