/** The codes of the rules that a requested time can violate, in the order of `violations`. */
export const RULES = [
  'DOCTOR_INACTIVE',
  'NOT_OFFERED',
  'NO_SUCH_TIME',
  'NOT_IN_FUTURE',
  'TOO_SOON',
  'TOO_FAR',
  'OUTSIDE_AVAILABILITY',
  'EXCEPTION',
  'OFF_GRID',
  'TAKEN',
  'BUFFER',
  'DAY_FULL',
  'PATIENT_BUSY',
  'TOO_MANY_BOOKINGS',
  'TOO_LATE',
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
