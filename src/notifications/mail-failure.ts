import { withoutRecipient } from '../logging/redaction.js';
import type { Settlement } from '../outbox/ledger.repository.js';
import type { EpochMs } from '../time/interval.js';
import { backoffMs, isInternalFault, isPermanent, MOST_ATTEMPTS } from './delivery.rules.js';

/** The beginning of the reason of a mail that Clinica failed to build. The rest of the reason stays in the ledger. */
export const INTERNAL_FAULT = 'a fault in Clinica: the mail could not be written';

/** Replaces a reason that cannot be redacted or stored. */
export const REASON_UNAVAILABLE = 'an error whose text could not be stored';

/** The recipient of the mail that failed, and the number of earlier attempts. */
interface FailedMail {
  readonly email: string;
  readonly attempts: number;
}

/**
 * How a mail that Clinica failed to build is settled: dead at once, because it never reached the mail server and
 * another attempt would fail in the same way.
 */
export function afterInternalFault(error: unknown, { email }: FailedMail): Settlement {
  return { state: 'dead', offered: false, reason: `${INTERNAL_FAULT}: ${redactedText(error, email)}` };
}

/** How a failed attempt is settled. Never throws, whatever `error` is. */
export function afterFailure(error: unknown, mail: FailedMail, now: EpochMs): Settlement {
  if (isInternalFault(error)) return afterInternalFault(error, mail);
  const attempts = mail.attempts + 1;
  const reason = redactedText(error, mail.email);
  if (isPermanent(error ?? {})) return { state: 'dead', offered: true, reason };
  if (attempts >= MOST_ATTEMPTS) return { state: 'dead', offered: true, reason: `given up: ${reason}` };
  return { state: 'pending', offered: true, dueAt: now + backoffMs(attempts, Math.random()), reason };
}

/** An error's text without the recipient. Never throws: an attempt is settled even if its error cannot be redacted. */
function redactedText(error: unknown, email: string): string {
  try {
    return withoutRecipient(error instanceof Error ? error.message : String(error), email);
  } catch {
    return REASON_UNAVAILABLE;
  }
}
