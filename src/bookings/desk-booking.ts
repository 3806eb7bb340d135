import type { ListedBooking } from './booking.js';

/** A booking as the desk and its doctor see it. */
export interface DeskBooking extends ListedBooking {
  readonly doctorName: string;
  readonly specialty: string;
  readonly patientPhone: string | null;
  /** The address that emails about it go to. */
  readonly patientEmail: string | null;
  /** Codes of rules with spaces between; null, like the reason, without an override. */
  readonly overridden: string | null;
  readonly overrideReason: string | null;
}
