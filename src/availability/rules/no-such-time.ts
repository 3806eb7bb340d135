import type { Rule } from './rule.js';

/** The requested time exists on that date. */
export const noSuchTime: Rule = {
  code: 'NO_SUCH_TIME',
  isOverridable: false,
  message: ({ date, time }) => `${time} does not exist on ${date}: the clocks skip it. Choose another time.`,
  isViolated: (appointment) => appointment === undefined,
};
