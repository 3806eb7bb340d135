import type { Rule } from './rule.js';

/** The doctor has fewer bookings of the type on the date than the limit of a day. */
export const dayFull: Rule = {
  code: 'DAY_FULL',
  isOverridable: true,
  isOfDate: true,
  message: ({ date }) =>
    `The doctor takes no more appointments of this type on ${date}. Choose another date.`,
  isViolated: (_appointment, { bookingsOfType }, { parameters: { maxPerDay } }) =>
    maxPerDay !== null && bookingsOfType >= maxPerDay,
};
