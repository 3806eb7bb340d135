import { overlapsAny } from '../../time/interval.js';
import type { Rule, Violation } from './rule.js';

export const TAKEN: Violation = {
  code: 'TAKEN',
  message: ({ date, time }) => `${time} on ${date} is already taken. Choose one of the available slots.`,
};

/** No live booking takes any of the appointment's time. */
export const taken: Rule = (appointment, { busy }) =>
  appointment && overlapsAny(busy, appointment) ? TAKEN : undefined;
