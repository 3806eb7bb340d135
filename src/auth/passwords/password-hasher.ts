import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { hash } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import { normalizePassword } from './normalize-password.js';
import { Unavailable } from '../../errors/domain-error.js';

/** argon2id (the library's default), 19 MiB, two passes, one lane: OWASP's Password Storage Cheat Sheet. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** New passwords being checked or waiting for it. The rest of the queue stays free for log-ins. */
const MOST_CHECKED = 50;

/** Requests further back in the queue would wait too long for an answer. */
const LONGEST_QUEUE = 200;

/** Idle threads end after this time. */
const IDLE_MS = 60_000;

/**
 * Hashes, verifies and checks passwords off the event loop, in one low-priority thread per core. Many log-ins at once
 * take neither all cores nor all memory from other requests.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly logger = new Logger(PasswordHasher.name);
  private readonly threads = new Piscina({
    filename: fileURLToPath(new URL('./hash-thread.mjs', import.meta.url)),
    minThreads: 0,
    maxThreads: availableParallelism(),
    // A thread that finishes a task has the next one at hand.
    concurrentTasksPerWorker: 2,
    idleTimeout: IDLE_MS,
  });
  private checking = 0;
  private readonly dummyHash = hash('a password that nobody has', PARAMETERS);

  constructor() {
    // A thread can fail between tasks. The pool starts another one, but an unhandled event would end the process.
    this.threads.on('error', (error: Error) => this.logger.error(`A hashing thread ended: ${error.message}`));
  }

  /** Closes the threads last: log-ins need them until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.threads.close();
  }

  /** @throws Unavailable when too many are waiting */
  async hash(password: string): Promise<string> {
    return this.run('hash', { password: normalizeNew(password), parameters: PARAMETERS });
  }

  /** The hash of a random password. Nobody can log in to an account with it. */
  async hashOfUnknownPassword(): Promise<string> {
    return this.hash(randomBytes(32).toString('base64'));
  }

  /**
   * Whether an attacker would try a password first.
   *
   * @param userInputs words that an attacker would try for this person
   * @throws Unavailable when too many are waiting
   */
  async isCommon(password: string, userInputs: readonly string[]): Promise<boolean> {
    if (this.checking >= MOST_CHECKED) throw new Unavailable();
    this.checking += 1;
    try {
      return await this.run('isCommon', { password: normalizeNew(password), userInputs });
    } finally {
      this.checking -= 1;
    }
  }

  /**
   * Whether the password matches the hash. Takes as long without a hash, or with a text longer than any password, so
   * the response time does not reveal whether an account exists.
   *
   * @throws Unavailable when too many are waiting
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const normalized = normalizePassword(password);
    const against = passwordHash ?? (await this.dummyHash);
    const matches = await this.run<boolean>('verify', { password: normalized ?? '', against });
    return matches && normalized !== undefined && passwordHash !== undefined;
  }

  private async run<T>(name: string, task: object): Promise<T> {
    if (this.threads.queueSize >= LONGEST_QUEUE) throw new Unavailable();
    return this.threads.run(task, { name }) as Promise<T>;
  }
}

function normalizeNew(password: string): string {
  const normalized = normalizePassword(password);
  if (normalized === undefined) throw new RangeError('The new password is too long to be normalized');
  return normalized;
}
