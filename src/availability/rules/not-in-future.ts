import type { Rule, Violation } from './rule.js';

const NOT_IN_FUTURE: Violation = {
  code: 'NOT_IN_FUTURE',
  message: ({ date, time }) => `${date} ${time} is not in the future. Choose a later time.`,
};

/** The appointment starts in the future. */
export const notInFuture: Rule = (appointment, _day, now) =>
  appointment && appointment.start <= now ? NOT_IN_FUTURE : undefined;
