/** The codes of the rules that a requested time can violate, in the order of `violations`. */
export const RULES = [
  'DOCTOR_INACTIVE',
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'TAKEN',
] as const;
export type RuleCode = (typeof RULES)[number];

/** What the desk may name in an override. Naming a rule that does not stand against a time changes nothing. */
export const OVERRIDABLE_RULES = [
  'CLOSED',
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'OFF_GRID',
  'TAKEN',
  'BUFFER',
  'DAY_FULL',
  'PATIENT_BUSY',
] as const;
export type OverridableRule = (typeof OVERRIDABLE_RULES)[number];
