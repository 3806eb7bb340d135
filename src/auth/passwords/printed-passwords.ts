/** Passwords that this repository prints: those of the demo and the placeholders in samples. Lower case. */
export const PRINTED_PASSWORDS: readonly string[] = [
  'demo-admin-password',
  'demo-doctor-password',
  'demo-patient-password',
  'demo-staff-password',
  'change-me',
  'correct horse battery',
  'the-password-of-the-account',
];
