import type { Role } from '../../auth/role.js';
import type { Locale } from '../../config/locale.js';
import type { NoticeKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import type { NoticeTexts } from './catalogue.js';
import { CATALOGUES } from './catalogues.js';
import { type ClinicFacts, contactOf } from './clinic-contact.js';
import { type Email, emailOf, type EmailView } from './email.js';
import { localTime } from './local-time.js';
import { NOTICE_TEXTS } from './notice-texts.js';
import { plainLine } from './plain-line.js';
import { CONFIRM_PAGE, type UnconfirmedFacts, viewOfUnconfirmed } from './unconfirmed.js';

/** The contents of a notice. */
export interface NoticeFacts extends ClinicFacts {
  readonly kind: NoticeKind;
  readonly locale: Locale;
  readonly happenedAt: EpochMs;
  /** The account's role now. */
  readonly role: Role;
  /** The address of the account that the notice is about, if it is another one. */
  readonly subjectEmail: string | null;
  /** Only for an unconfirmed address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/**
 * Renders the email that informs the owner of an account about a change. Times are in the clinic's zone, which is
 * named.
 */
export function renderNotice(facts: NoticeFacts): Email {
  const catalogue = CATALOGUES[facts.locale];
  const { notices, account, language, regards } = catalogue;
  const { subject, heading, sentence, next } = NOTICE_TEXTS[facts.kind][facts.locale];
  const clinicName = plainLine(facts.clinicName);
  const when = catalogue.moment(localTime(facts.happenedAt, facts.clinicTimezone, language));
  return emailOf({
    language,
    subject: `${subject}: ${clinicName}`,
    preview: sentence,
    clinicName,
    contact: contactOf(facts),
    heading,
    greeting: account.greeting,
    sentence,
    reason: null,
    code: null,
    detailsTitle: notices.detailsTitle,
    details: [{ label: notices.whenLabel, value: when, isWhen: true }, ...furtherDetails(facts, notices)],
    isCancelled: false,
    link: null,
    next: facts.kind === 'new_admin' ? next : [...next, notices.ifNotYou],
    regards,
    whyYouGetThis: notices.whyYouGetThis,
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, catalogue.unconfirmed, CONFIRM_PAGE),
  });
}

function furtherDetails({ kind, role, subjectEmail }: NoticeFacts, texts: NoticeTexts): EmailView['details'] {
  if (kind === 'role_changed') return [{ label: texts.roleLabel, value: texts.roles[role], isWhen: false }];
  if (subjectEmail === null) return [];
  return [{ label: texts.accountLabel, value: plainLine(subjectEmail), isWhen: false }];
}
