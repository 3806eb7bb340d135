import { overlapsAny } from '../../time/interval.js';
import type { Rule } from './rule.js';

/** The appointment overlaps no live booking. */
export const taken: Rule = {
  code: 'TAKEN',
  isOverridable: true,
  message: ({ date, time }) => `${time} on ${date} is already taken. Choose one of the available slots.`,
  isViolated: (appointment, { busy }) => appointment !== undefined && overlapsAny(busy, appointment),
};
