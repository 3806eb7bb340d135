import type { Rule } from './rule.js';

/** The appointment starts in the future. */
export const notInFuture: Rule = {
  code: 'NOT_IN_FUTURE',
  isOverridable: false,
  message: ({ date, time }) => `${date} ${time} is not in the future. Choose a later time.`,
  isViolated: (appointment, _day, now) => appointment !== undefined && appointment.start <= now,
};
