import type { Rule } from './rule.js';

/** The requested type is active, and the doctor offers it. */
export const notOffered: Rule = {
  code: 'NOT_OFFERED',
  isOverridable: false,
  isOfDate: true,
  isOfRequest: true,
  message: () =>
    'This doctor does not offer appointments of this type. Choose another doctor or another type.',
  isViolated: (_appointment, _day, { parameters }) => !parameters.isOffered,
};
