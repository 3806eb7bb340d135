import { randomBytes } from 'node:crypto';

/** The example of a new password. Random at each start: a published password would be rejected as common. */
export const EXAMPLE_PASSWORD = randomBytes(12).toString('base64url');

/** The example of an account's current password. It matches no account, so the example does no harm when executed. */
export const PLACEHOLDER_PASSWORD = 'the-password-of-the-account';
