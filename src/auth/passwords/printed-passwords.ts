/** Passwords that anybody can read in this repository: those of the demo, and what stands for one in a sample. Lower case. */
export const PRINTED_PASSWORDS: readonly string[] = [
  'demo-admin-password',
  'demo-doctor-password',
  'demo-patient-password',
  'change-me',
  'correct horse battery',
  'the-password-of-the-account',
];
