import type { Role } from '../../auth/role.js';
import type { LocalTime } from './local-time.js';

/** The texts of the emails with a code. */
export interface AccountEmailTexts {
  readonly greeting: string;
  readonly detailsTitle: string;
  readonly goodUntilLabel: string;
  /** For clinics without a front end: names the code, and the endpoint that takes it. */
  readonly codeRoute: (codeLabel: string, route: string) => string;
  readonly whyYouGetThis: string;
}

/** The texts of the emails that inform owners about changes to their accounts. */
export interface NoticeTexts {
  readonly detailsTitle: string;
  readonly whenLabel: string;
  readonly roleLabel: string;
  readonly roles: Readonly<Record<Role, string>>;
  readonly accountLabel: string;
  readonly ifNotYou: string;
  readonly whyYouGetThis: string;
}

/** The texts at the end of emails to an unconfirmed address. */
export interface UnconfirmedTexts {
  readonly sentence: string;
  /** The same for the address of a patient, which is not that of an account. */
  readonly patientsSentence: string;
  /** The same in an invitation, which is about no appointment. */
  readonly invitedSentence: string;
  /** The same if another account has confirmed the address. */
  readonly patientsStep: string;
  readonly confirm: string;
  readonly notMe: string;
  readonly notMeCodeLabel: string;
  /**
   * For clinics without a front end: names the endpoint with which the clinic confirms the address, or takes the code.
   */
  readonly confirmByRoute: (route: string) => string;
  readonly notMeByRoute: (route: string) => string;
}

/** All texts of emails and calendar entries in one language. */
export interface Catalogue {
  /** BCP 47 tag: the `lang` of the email, and the language of weekdays, months and durations. */
  readonly language: string;
  readonly longDate: (when: LocalTime) => string;
  readonly shortDate: (when: LocalTime) => string;
  /** Date and time with their zone, within a sentence. */
  readonly moment: (when: LocalTime) => string;
  readonly greeting: string;
  readonly greetingTo: (name: string) => string;
  /** In place of a dependant's name, to the account that manages the dependant. */
  readonly yourDependant: string;
  readonly account: AccountEmailTexts;
  readonly notices: NoticeTexts;
  readonly unconfirmed: UnconfirmedTexts;
  /** The box's label for screen readers. */
  readonly detailsTitle: string;
  readonly labels: Readonly<Record<DetailName, string>>;
  /** The label of the clinic's reason for a cancellation. */
  readonly reasonLabel: string;
  readonly regards: string;
  readonly whyYouGetThis: string;
  /** The title of the calendar entry. */
  readonly calendarTitle: (doctorName: string) => string;
  readonly calendarNote: string;
}

export type DetailName =
  | 'patient'
  | 'date'
  | 'time'
  | 'doctorsTime'
  | 'earlierTime'
  | 'earlierDuration'
  | 'earlierDoctor'
  | 'doctor'
  | 'specialty'
  | 'duration'
  | 'bookingNumber';
