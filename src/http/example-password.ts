import { randomBytes } from 'node:crypto';

/** In the examples of the OpenAPI document: made anew at each start, because a printed one is refused. */
export const EXAMPLE_PASSWORD = randomBytes(12).toString('base64url');

/** In the examples of what needs the password of the account: nobody's, so that no example does harm as it stands. */
export const PLACEHOLDER_PASSWORD = 'the-password-of-the-account';
