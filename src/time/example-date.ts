/**
 * The placeholder in OpenAPI examples for a Monday at least four weeks ahead. It is replaced by a real date whenever
 * the document is served, so that an example can be sent as it stands.
 */
export const EXAMPLE_DATE = '2030-01-07';

/** The time zone of the doctor in the examples. */
export const EXAMPLE_TIMEZONE = 'Europe/Madrid';

/** The placeholder for 10:00 on that Monday, with the offset that is in force then. */
export const EXAMPLE_START = `${EXAMPLE_DATE}T10:00:00+01:00`;
/** Half an hour later. */
export const EXAMPLE_END = `${EXAMPLE_DATE}T10:30:00+01:00`;

/** When the person in the examples was born. */
export const EXAMPLE_BIRTH_DATE = '1984-05-21';
