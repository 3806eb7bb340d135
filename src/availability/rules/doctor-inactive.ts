import type { Rule } from './rule.js';

/** The doctor takes bookings. */
export const doctorInactive: Rule = {
  code: 'DOCTOR_INACTIVE',
  isOverridable: false,
  isOfDate: true,
  isOfRequest: true,
  message: () => 'This doctor takes no bookings at present. Choose another doctor.',
  isViolated: (_appointment, { isDoctorActive }) => !isDoctorActive,
};
