import { randomBytes } from 'node:crypto';

/** In the examples of the OpenAPI document: made anew at each start, because a printed one is refused. */
export const EXAMPLE_PASSWORD = randomBytes(12).toString('base64url');
