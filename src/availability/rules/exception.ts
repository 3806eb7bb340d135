import { overlapsAny } from '../../time/interval.js';
import type { Rule, Violation } from './rule.js';

const EXCEPTION: Violation = {
  code: 'EXCEPTION',
  message: ({ date, time, durationMinutes }) =>
    `The doctor is away during the ${durationMinutes} minutes from ${time} on ${date}. Choose one of the available slots.`,
};

/** The appointment does not overlap an exception. */
export const exception: Rule = (appointment, { exceptions }) =>
  appointment && overlapsAny(exceptions, appointment) ? EXCEPTION : undefined;
