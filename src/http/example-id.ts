import { LARGEST_ID } from './fields.js';

/** An id that does not exist, for examples of changes and deletions: pressing Execute in Swagger UI must do no harm. */
export const UNUSED_ID = LARGEST_ID;
