import type { Rule } from './rule.js';

/** The whole appointment lies within the doctor's windows. */
export const outsideAvailability: Rule = {
  code: 'OUTSIDE_AVAILABILITY',
  isOverridable: true,
  message: ({ date, time, durationMinutes }) =>
    `An appointment of ${durationMinutes} minutes from ${time} on ${date} is outside the doctor's hours. Choose one of the available slots.`,
  isViolated: (appointment) => appointment !== undefined && !appointment.availability,
};
