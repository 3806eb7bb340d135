import type { Rule, Violation } from './rule.js';

const OUTSIDE_AVAILABILITY: Violation = {
  code: 'OUTSIDE_AVAILABILITY',
  message: ({ date, time, durationMinutes }) =>
    `An appointment of ${durationMinutes} minutes from ${time} on ${date} is outside the doctor's hours. Choose one of the available slots.`,
};

/** The whole appointment lies within the doctor's windows. */
export const outsideAvailability: Rule = (appointment) =>
  appointment && !appointment.availability ? OUTSIDE_AVAILABILITY : undefined;
