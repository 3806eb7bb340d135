import type { Locale } from '../../config/locale.js';
import type { BookingKind } from '../../outbox/notification-kind.js';
import { BOOKING_TEXTS_EN } from './booking-texts.en.js';
import { BOOKING_TEXTS_ES } from './booking-texts.es.js';

/**
 * The emails about a booking. A cancellation by the clinic, a reschedule to another doctor, and one that keeps the start
 * have their own texts.
 */
export type LetterKind = BookingKind | 'cancelled_by_clinic' | 'moved_to_doctor' | 'other_duration';

/** What decides whom the recipient can ask. */
export interface Reachable {
  readonly phone: string | null;
  /** Whether the desk booked, and not the patient. */
  readonly isBookedByClinic: boolean;
}

/** The texts of one kind of email about a booking. */
export interface LetterTexts {
  /** Opens the subject line. */
  readonly subject: string;
  readonly heading: string;
  /** What happened, in one sentence; `moment` is the date and time with their zone. */
  readonly sentence: (doctorName: string, moment: string) => string;
  /** The same to the account that manages a dependant. */
  readonly ofDependant: DependantTexts;
  /** What the recipient can do now, one paragraph each. */
  readonly next: (clinic: Reachable) => readonly string[];
}

export interface DependantTexts {
  /** If the own subject does not fit. */
  readonly subject?: string;
  readonly heading: string;
  readonly sentence: (patientName: string, doctorName: string, moment: string) => string;
}

export const BOOKING_TEXTS: Readonly<Record<Locale, Readonly<Record<LetterKind, LetterTexts>>>> = {
  en: BOOKING_TEXTS_EN,
  es: BOOKING_TEXTS_ES,
};
