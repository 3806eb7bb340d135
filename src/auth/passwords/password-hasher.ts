import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { hash } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import { normalizePassword } from './password-form.js';
import { Unavailable } from '../../errors/domain-error.js';

/**
 * argon2id (the library's default) with 19 MiB, two passes and one lane: the first choice of OWASP's Password Storage Cheat Sheet.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** New passwords that are judged or wait for it: a flood of them leaves log-ins the rest of the queue. */
const MOST_JUDGED = 50;

/** Hashes waiting beyond this many could not be answered within a patient's patience. */
const LONGEST_QUEUE = 200;

/** Threads that nobody needs for so long are ended. */
const IDLE_MS = 60_000;

/**
 * Hashes, checks and judges passwords, off the event loop, in a thread for each core that takes what time the others leave: a
 * storm of log-ins takes neither all cores nor all memory from those who are booking.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly logger = new Logger(PasswordHasher.name);
  private readonly threads = new Piscina({
    filename: fileURLToPath(new URL('./hash-thread.mjs', import.meta.url)),
    minThreads: 0,
    maxThreads: availableParallelism(),
    // The next one is there when one is done.
    concurrentTasksPerWorker: 2,
    idleTimeout: IDLE_MS,
  });
  private judged = 0;
  private readonly dummyHash = hash('a password that nobody has', PARAMETERS);

  constructor() {
    // A thread can fail between two tasks. The pool then starts another one, but an unhandled event would end the API.
    this.threads.on('error', (error: Error) => this.logger.error(`A hashing thread ended: ${error.message}`));
  }

  /** Last of all: until then people may log in. */
  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }

  /** @throws Unavailable when too many are waiting */
  async hash(password: string): Promise<string> {
    return this.run('hash', { password: inKeptForm(password), parameters: PARAMETERS });
  }

  /** Of a password that nobody knows: an account with it cannot be logged in to. */
  async hashOfUnknownPassword(): Promise<string> {
    return this.hash(randomBytes(32).toString('base64'));
  }

  /**
   * Whether a password is one of those that are tried first.
   *
   * @param userInputs words that an attacker tries for this person
   * @throws Unavailable when too many are waiting
   */
  async isCommon(password: string, userInputs: readonly string[]): Promise<boolean> {
    if (this.judged >= MOST_JUDGED) throw new Unavailable();
    this.judged += 1;
    try {
      return await this.run('isCommon', { password: inKeptForm(password), userInputs });
    } finally {
      this.judged -= 1;
    }
  }

  /**
   * Whether the password is the one of the hash. Takes as long when there is no hash to check against, or the text is
   * longer than any password, so that the time of an answer does not tell whether an account exists.
   *
   * @throws Unavailable when too many are waiting
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const kept = normalizePassword(password);
    const against = passwordHash ?? (await this.dummyHash);
    const same = await this.run<boolean>('verify', { password: kept ?? '', against });
    return same && kept !== undefined && passwordHash !== undefined;
  }

  private async run<T>(name: string, task: object): Promise<T> {
    if (this.threads.queueSize >= LONGEST_QUEUE) throw new Unavailable();
    return this.threads.run(task, { name }) as Promise<T>;
  }
}

function inKeptForm(password: string): string {
  const kept = normalizePassword(password);
  if (kept === undefined) throw new RangeError('A password to be set must be of a bounded length');
  return kept;
}
