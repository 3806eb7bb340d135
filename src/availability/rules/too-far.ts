import type { Rule } from './rule.js';

/** Patients book within the horizon. */
export const tooFar: Rule = {
  code: 'TOO_FAR',
  isOverridable: false,
  isOfDate: true,
  message: ({ date }) => `${date} is too far ahead. Choose an earlier date.`,
  isViolated: (_appointment, day, { now, isForDesk, parameters: { horizonDays } }) =>
    !isForDesk && horizonDays !== null && day.isBeyond(now, horizonDays),
};
