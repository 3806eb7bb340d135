import type { Rule, Violation } from './rule.js';

const NO_SUCH_TIME: Violation = {
  code: 'NO_SUCH_TIME',
  message: ({ date, time }) => `${time} does not exist on ${date}: the clocks skip it. Choose another time.`,
};

/** The requested time exists on that date. */
export const noSuchTime: Rule = (appointment) => (appointment ? undefined : NO_SUCH_TIME);
