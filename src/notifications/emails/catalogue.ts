import type { Role } from '../../auth/role.js';
import type { AccountKind, BookingKind, NoticeKind } from '../../outbox/notification-kind.js';
import type { LocalTime } from './local-time.js';

/** What is particular to one kind of email. */
export interface KindTexts {
  /** Opens the subject line. */
  readonly subject: string;
  readonly heading: string;
  /** The news in one sentence. */
  readonly sentence: (doctorName: string, when: LocalTime) => string;
  /** What the reader can do now, one paragraph each. */
  readonly next: readonly string[];
}

/** The emails that carry a link. */
export interface AccountEmailTexts {
  readonly greeting: string;
  readonly kinds: Readonly<Record<AccountKind, AccountKindTexts>>;
  readonly detailsTitle: string;
  readonly codeLabel: string;
  readonly goodUntilLabel: string;
  /** Where the clinic has no page for the code: what takes it. */
  readonly codeRoute: (route: string) => string;
  readonly moment: (when: LocalTime) => string;
  readonly whyYouGetThis: string;
}

/** What is particular to one kind of them. */
export interface AccountKindTexts {
  readonly subject: string;
  readonly heading: string;
  readonly sentence: string;
  /** What the link does, in the words that are clicked. */
  readonly linkText: string;
  readonly next: readonly string[];
}

/** What is particular to one kind of notice. */
export interface NoticeKindTexts {
  readonly subject: string;
  readonly heading: string;
  readonly sentence: string;
  /** What to do now, before `ifNotYou`. */
  readonly next: readonly string[];
}

/** The emails that tell owners what was done to their accounts. */
export interface NoticeTexts {
  readonly kinds: Readonly<Record<NoticeKind, NoticeKindTexts>>;
  readonly detailsTitle: string;
  readonly whenLabel: string;
  readonly roleLabel: string;
  readonly roles: Readonly<Record<Role, string>>;
  readonly accountLabel: string;
  readonly ifNotYou: string;
  readonly whyYouGetThis: string;
}

/** What emails to an address offer that nobody has confirmed. */
export interface UnconfirmedTexts {
  readonly sentence: string;
  readonly confirm: string;
  readonly notMe: string;
  readonly notMeCodeLabel: string;
  /** Where the clinic has no pages: how to confirm the address, and what takes the code, to be passed on. */
  readonly confirmByRoute: (route: string) => string;
  readonly notMeByRoute: (route: string) => string;
}

/** Every text of the emails and the calendar entries in one language. A new language is one more of these. */
export interface Catalogue {
  /** BCP 47 tag: the `lang` of the email, and the language of weekdays, months and durations. */
  readonly language: string;
  readonly longDate: (when: LocalTime) => string;
  readonly shortDate: (when: LocalTime) => string;
  readonly greeting: string;
  readonly kinds: Readonly<Record<BookingKind, KindTexts>>;
  readonly account: AccountEmailTexts;
  readonly notices: NoticeTexts;
  readonly unconfirmed: UnconfirmedTexts;
  /** Above the box, for those who cannot see that it is one. */
  readonly detailsTitle: string;
  readonly labels: Readonly<Record<DetailName, string>>;
  readonly regards: string;
  readonly whyYouGetThis: string;
  /** The title of the calendar entry. */
  readonly calendarTitle: (doctorName: string) => string;
  readonly calendarNote: string;
}

export type DetailName =
  'date' | 'time' | 'doctorsTime' | 'earlierTime' | 'doctor' | 'specialty' | 'duration' | 'bookingNumber';
