import { overlapsAny } from '../../time/interval.js';
import type { Rule } from './rule.js';

/** The appointment overlaps no exception. */
export const exception: Rule = {
  code: 'EXCEPTION',
  isOverridable: true,
  message: ({ date, time, durationMinutes }) =>
    `The doctor is away during the ${durationMinutes} minutes from ${time} on ${date}. Choose one of the available slots.`,
  isViolated: (appointment, { exceptions }) =>
    appointment !== undefined && overlapsAny(exceptions, appointment),
};
