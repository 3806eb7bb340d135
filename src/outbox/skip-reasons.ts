/** Stored reasons why a notification of a booking was not sent, for operators. Checks compare them: never reword one. */

/** A reschedule confirmation that was not sent before a later change of the booking. */
export const SUPERSEDED = 'superseded by news of a later change';

/** A confirmation of something that the desk or a doctor did with `notify: false`. */
export const NOT_WANTED = 'the clinic wanted no email about this';

/** The patient has no address, nor an account. */
export const NO_ADDRESS = 'the patient has no address for emails';

/** The patient wants no emails. */
export const NO_EMAILS_WANTED = 'the patient wants no emails';

/** A reminder whose booking was cancelled. */
export const BOOKING_CANCELLED = 'the booking was cancelled';

/** A reminder whose booking was rescheduled. */
export const BOOKING_RESCHEDULED = 'the booking was moved';
