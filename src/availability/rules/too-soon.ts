import type { Rule } from './rule.js';

const MINUTE_MS = 60_000;

/** Patients book with the minimum notice, if there is one. */
export const tooSoon: Rule = {
  code: 'TOO_SOON',
  isOverridable: false,
  message: ({ date, time }) =>
    `${time} on ${date} is too soon: this appointment must be booked earlier. Choose a later time.`,
  isViolated: (appointment, _day, { now, isForDesk, parameters: { minNoticeMinutes } }) =>
    appointment !== undefined &&
    !isForDesk &&
    Boolean(minNoticeMinutes) &&
    appointment.start - now < minNoticeMinutes! * MINUTE_MS,
};
