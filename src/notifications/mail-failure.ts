import { withoutRecipient } from '../logging/redaction.js';
import type { Settlement } from '../outbox/ledger.repository.js';
import type { EpochMs } from '../time/interval.js';
import { isOwnFault, isPermanent, MOST_ATTEMPTS, pauseAfter } from './delivery.rules.js';

/** Begins the reason of a mail that Clinica itself could not write. What follows is for the ledger alone. */
export const OWN_FAULT = 'a fault in Clinica: the mail could not be written';

export const UNTELLABLE = 'an error whose text could not be kept';

/** The mail that failed: to whom, and how often it was offered before. */
interface FailedMail {
  readonly email: string;
  readonly attempts: number;
}

/**
 * How a mail that could not be written is settled. Nothing was offered to the mail server, and another attempt would
 * fail in the same way, so it ends at once.
 */
export function afterOwnFault(error: unknown, { email }: FailedMail): Settlement {
  return { state: 'dead', offered: false, reason: `${OWN_FAULT}: ${told(error, email)}` };
}

/** How a failed attempt is settled. It never throws, whatever the error is and says. */
export function afterFailure(error: unknown, mail: FailedMail, now: EpochMs): Settlement {
  if (isOwnFault(error)) return afterOwnFault(error, mail);
  const attempts = mail.attempts + 1;
  const reason = told(error, mail.email);
  if (isPermanent(error ?? {})) return { state: 'dead', offered: true, reason };
  if (attempts >= MOST_ATTEMPTS) return { state: 'dead', offered: true, reason: `given up: ${reason}` };
  return { state: 'pending', offered: true, dueAt: now + pauseAfter(attempts, Math.random()), reason };
}

/** What an error says, without the recipient. A reason that cannot be told must not keep the attempt from being settled. */
function told(error: unknown, email: string): string {
  try {
    return withoutRecipient(error instanceof Error ? error.message : String(error), email);
  } catch {
    return UNTELLABLE;
  }
}
