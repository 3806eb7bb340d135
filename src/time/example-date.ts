/**
 * Stands in the examples of the OpenAPI document for a Monday at least four weeks ahead. The real date takes its place
 * whenever the document is served, so that an example can be tried as it is.
 */
export const EXAMPLE_DATE = '2030-01-07';

/** Where the doctor of the examples works. */
export const EXAMPLE_TIMEZONE = 'Europe/Madrid';

/** Stands for 10:00 of that Monday there, with the offset that is in force then. */
export const EXAMPLE_START = `${EXAMPLE_DATE}T10:00:00+01:00`;
/** Half an hour later. */
export const EXAMPLE_END = `${EXAMPLE_DATE}T10:30:00+01:00`;
