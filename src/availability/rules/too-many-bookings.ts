import type { Rule } from './rule.js';

/** A patient has fewer bookings ahead, in all and of the type, than the limits. */
export const tooManyBookings: Rule = {
  code: 'TOO_MANY_BOOKINGS',
  isOverridable: false,
  isOfDate: true,
  isOfRequest: true,
  message: () => 'The patient has as many appointments ahead as one may have. Cancel one first.',
  isViolated: (_appointment, _day, { isForDesk, patient, parameters }) =>
    !isForDesk &&
    patient !== undefined &&
    (isReached(parameters.maxLiveBookings, patient.liveBookings) ||
      isReached(parameters.maxLiveBookingsOfType, patient.liveBookingsOfType)),
};

function isReached(limit: number | null, count: number): boolean {
  return limit !== null && count >= limit;
}
