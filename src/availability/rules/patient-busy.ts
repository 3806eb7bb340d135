import { overlapsAny } from '../../time/interval.js';
import type { Rule } from './rule.js';

/** The patient is with no other doctor during the appointment. */
export const patientBusy: Rule = {
  code: 'PATIENT_BUSY',
  isOverridable: true,
  message: ({ date, time }) =>
    `The patient has another appointment at ${time} on ${date}. Choose another time, or cancel that one first.`,
  isViolated: (appointment, _day, { patient, isOnePlace }) =>
    appointment !== undefined &&
    isOnePlace &&
    patient !== undefined &&
    overlapsAny(patient.busy, appointment),
};
