import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { Unavailable } from '../http/domain-error.js';

/**
 * argon2id (the library's default) with 19 MiB, two passes and one lane: the first choice of OWASP's Password Storage Cheat Sheet.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashes waiting beyond this many could not be answered within a patient's patience. */
const LONGEST_QUEUE = 200;

/**
 * Hashes and checks passwords, off the event loop and few at a time: a storm of log-ins takes neither all cores
 * nor all memory from those who are booking.
 */
@Injectable()
export class PasswordHasher {
  private readonly turn = pLimit(Math.max(1, Math.floor(availableParallelism() / 2)));
  private readonly nobodys = hash('a password that nobody has', PARAMETERS);

  /** @throws Unavailable when too many are waiting */
  async hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normal(password), PARAMETERS));
  }

  /**
   * Whether the password is the one of the hash. Takes as long when there is no hash to check against, so that
   * the time of an answer does not tell whether an account exists.
   *
   * @throws Unavailable when too many are waiting
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const against = passwordHash ?? (await this.nobodys);
    const same = await this.inTurn(() => verify(against, normal(password)));
    return same && passwordHash !== undefined;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.turn.pendingCount >= LONGEST_QUEUE) throw new Unavailable();
    return this.turn(work);
  }
}

// One password typed on two keyboards may differ in its code points (NIST SP 800-63B, 5.1.1.2).
function normal(password: string): string {
  return password.normalize('NFKC');
}
