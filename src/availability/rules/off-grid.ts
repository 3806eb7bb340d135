import type { Rule } from './rule.js';

/** An appointment of a type starts on the grid of the window that it starts in. */
export const offGrid: Rule = {
  code: 'OFF_GRID',
  isOverridable: true,
  message: ({ date, time }) =>
    `Appointments of this type do not start at ${time} on ${date}. Choose one of the available slots.`,
  isViolated: (appointment, { windows }, { parameters: { slotStepMinutes } }) => {
    if (!appointment || slotStepMinutes === undefined) return false;
    const { wallStart } = appointment;
    const window = windows.find(({ start, end }) => start <= wallStart && wallStart < end);
    return window !== undefined && (wallStart - window.start) % slotStepMinutes !== 0;
  },
};
