/**
 * Stands in the examples of the OpenAPI document for a Monday four weeks ahead: the document is made when the
 * service starts and puts the real date in its place, so that an example can be tried as it is.
 */
export const EXAMPLE_DATE = '2030-01-07';
