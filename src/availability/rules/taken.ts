import { overlapsAny } from '../../time/interval.js';
import type { Rule, Violation } from './rule.js';

export const TAKEN: Violation = {
  code: 'TAKEN',
  message: ({ date, time }) => `${time} on ${date} is already taken. Choose one of the available slots.`,
};

/** The appointment does not overlap a live booking. */
export const taken: Rule = (appointment, { busy }) =>
  appointment && overlapsAny(busy, appointment) ? TAKEN : undefined;
