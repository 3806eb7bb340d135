/** The languages in which Clinica writes to people. */
export const LOCALES = ['en', 'es'] as const;

export type Locale = (typeof LOCALES)[number];
