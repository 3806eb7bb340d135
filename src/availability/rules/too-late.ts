import type { RequestedTime, Violation } from './rule.js';

/**
 * Patients reschedule and cancel until the cutoff. Not among `RULES_IN_ORDER`: it judges the present time of a booking,
 * not a requested one.
 */
export const tooLate: Violation = {
  code: 'TOO_LATE',
  isOverridable: false,
  message: ({ date, time }: Pick<RequestedTime, 'date' | 'time'>) =>
    `The appointment at ${time} on ${date} is too close to be changed. Call the clinic.`,
};
