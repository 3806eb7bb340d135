import { randomBytes } from 'node:crypto';
import { MAIL_FROM_FORM } from '../../config/environment.js';

/**
 * The variables from which the integrity check is configured. It needs a database and Redis; what other programs need
 * too is filled with something harmless, whatever it is set to.
 */
export function integrityVariables(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...given,
    // Nobody waits for an answer, and a large table that has to be read from the disk takes its time.
    DATABASE_TIMEOUT_SECONDS: given.DATABASE_TIMEOUT_SECONDS || '60',
    SMTP_URL: 'smtp://127.0.0.1:9',
    // Its domain stands in the Message-IDs of reminders that a renewal adds.
    MAIL_FROM: given.MAIL_FROM?.match(MAIL_FROM_FORM)?.[0] ?? 'Nobody <nobody@clinic.invalid>',
    // In digits and letters from a to f, among which chance cannot spell a word that is refused.
    JWT_SECRET: randomBytes(32).toString('hex'),
    TRUST_PROXY: 'none',
    ADMIN_EMAIL: '',
    ADMIN_PASSWORD: '',
  };
}
