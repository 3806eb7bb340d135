import { LARGEST_ID } from './fields.js';

/**
 * In the examples of what changes or deletes something: the id of nothing. Pressing Execute in Swagger UI as the form
 * stands must do no harm.
 */
export const UNUSED_ID = LARGEST_ID;
