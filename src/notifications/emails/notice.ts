import type { Role } from '../../auth/role.js';
import type { Locale } from '../../config/locale.js';
import type { NoticeKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import type { NoticeTexts } from './catalogue.js';
import { CATALOGUES } from './catalogues.js';
import { type ClinicFacts, contactOf } from './clinic-contact.js';
import { type Email, emailOf, type EmailView } from './email.js';
import { localTime } from './local-time.js';
import { plainLine } from './plain-line.js';
import { CONFIRMS, type UnconfirmedFacts, viewOfUnconfirmed } from './unconfirmed.js';

/** All that a notice tells. */
export interface NoticeFacts extends ClinicFacts {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly happenedAt: EpochMs;
  /** What the account may do now. */
  readonly role: Role;
  /** The address of the account that it tells of, if another. */
  readonly subjectEmail: string | null;
  /** Only where nobody has confirmed the address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/** Writes the email that tells the owner of an account what was done to it; times are the clinic's, with the zone named. */
export function renderNotice(facts: NoticeFacts): Email {
  const catalogue = CATALOGUES[facts.locale];
  const { notices, account, language, regards } = catalogue;
  const { subject, heading, sentence, next } = notices.kinds[facts.kind];
  const clinicName = plainLine(facts.clinicName);
  const when = account.moment(localTime(facts.happenedAt, facts.clinicTimezone, language));
  return emailOf({
    language,
    subject: `${subject}: ${clinicName}`,
    preview: sentence,
    clinicName,
    contact: contactOf(facts),
    heading,
    greeting: account.greeting,
    sentence,
    code: null,
    detailsTitle: notices.detailsTitle,
    details: [{ label: notices.whenLabel, value: when, isWhen: true }, ...particulars(facts, notices)],
    isCancelled: false,
    link: null,
    next: facts.kind === 'new_admin' ? next : [...next, notices.ifNotYou],
    regards,
    whyYouGetThis: notices.whyYouGetThis,
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, catalogue.unconfirmed, CONFIRMS),
  });
}

function particulars({ kind, role, subjectEmail }: NoticeFacts, texts: NoticeTexts): EmailView['details'] {
  if (kind === 'role_changed') return [{ label: texts.roleLabel, value: texts.roles[role], isWhen: false }];
  if (subjectEmail === null) return [];
  return [{ label: texts.accountLabel, value: plainLine(subjectEmail), isWhen: false }];
}
