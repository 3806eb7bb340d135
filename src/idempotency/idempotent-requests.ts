import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../config/keys.js';
import { inTransaction } from '../database/in-transaction.js';
import { isDuplicate, isLockedNow } from '../database/mysql-errors.js';
import type { Source } from '../database/statement.js';
import { Conflict, InProgress, Mismatch, Refusal, TooManyRequests } from '../errors/domain-error.js';
import type { Context, KeyedRequest } from '../http/context.js';
import { Clock } from '../time/clock.js';
import { findKey, insertKey, setOutcome } from './idempotency-key.repository.js';

/** How a request ended. Results are plain data: they are stored as JSON. */
type Outcome<T> =
  { readonly result: T } | { readonly refusal: Pick<Refusal, 'code' | 'message' | 'errors' | 'details'> };

/** Keyed hashes of a request. The first is stored; the others use the former key or the format of a former version. */
type Hashes = readonly string[];

const DAY_MS = 24 * 60 * 60_000;
/** New keys per account and day. */
const MAX_KEYS = 1_000;
/** Keys expire one by one, each a day after its first use. */
const TRY_AGAIN_SECONDS = 60 * 60;

/**
 * Executes a request with a key once, however often it is sent. The transaction that executes it also writes its key
 * and outcome, so a committed key always has an outcome. Until then the transaction locks the key's row, so a second
 * request with the same key is refused at once.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
@Injectable()
export class IdempotentRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly keys: Keys,
  ) {}

  /**
   * Runs `work` as `inTransaction` does, and at most once for a request with a key. Call it once per request: a second
   * call would be treated as a replay of the first.
   *
   * @param work its result is stored as JSON. A Refusal is stored and thrown again, and rolls back what `work` has
   *   written.
   * @param findOutcome as for `inTransaction`, for requests without a key
   * @throws InProgress while another request with this key is in progress
   * @throws Mismatch if the key was used for a different request
   * @throws Conflict RESPONSE_ERASED if the person that the response was about has been erased
   * @throws TooManyRequests after a thousand keys of the account in a day
   */
  async once<T>(
    { keyed: request }: Context,
    work: (tx: EntityManager, attempt: number) => Promise<T>,
    findOutcome?: (tx: EntityManager) => Promise<T | undefined>,
  ): Promise<T> {
    if (!request) return inTransaction(this.dataSource, work, findOutcome);
    const hashes = this.hashesOf(request);
    const run = (tx: EntityManager, attempt: number): Promise<Outcome<T>> =>
      this.onceIn(tx, request, hashes, () => work(tx, attempt));
    // Waits for the lock that the first attempt may still hold. Without a row, executes the request itself.
    const findOrRun = async (tx: EntityManager, attempt: number): Promise<Outcome<T>> =>
      (await find<T>(tx, request, hashes, 'FOR UPDATE')) ?? run(tx, attempt);
    const outcome = await inTransaction(this.dataSource, run, findOrRun);
    if (!('refusal' in outcome)) return outcome.result;
    const { code, message, errors, details } = outcome.refusal;
    throw new Refusal(code, message, errors, details);
  }

  /**
   * Like `once`, for work that needs a check before its transaction, such as the password. A replay skips the check:
   * the digits of a second factor work once, and the request may have changed the password itself.
   *
   * @param prepare its Refusals are not stored
   */
  async onceAfter<P, T>(
    context: Context,
    prepare: () => Promise<P>,
    work: (tx: EntityManager, prepared: P) => Promise<T>,
  ): Promise<T> {
    const prepared = (await this.isReplay(context, prepare)) ? undefined : { value: await prepare() };
    return this.once(context, (tx) => {
      // The key has expired since `isReplay` found it: the client's next attempt prepares.
      if (!prepared) throw new InProgress();
      return work(tx, prepared.value);
    });
  }

  /**
   * Whether the request was executed before, so that `once` would replay its outcome.
   *
   * @throws Mismatch if the key was used for a different request. `prepare` runs first, because it counts attempts at a
   *   password: otherwise a mismatch would reveal a wrong password without counting it.
   */
  private async isReplay({ keyed: request }: Context, prepare: () => Promise<unknown>): Promise<boolean> {
    if (!request) return false;
    try {
      return (await find(this.dataSource, request, this.hashesOf(request))) !== undefined;
    } catch (error) {
      if (error instanceof Mismatch) await prepare();
      throw error;
    }
  }

  private async onceIn<T>(
    tx: EntityManager,
    request: KeyedRequest,
    hashes: Hashes,
    work: () => Promise<T>,
  ): Promise<Outcome<T>> {
    const known =
      (await findWithoutWaiting<T>(tx, request, hashes)) ?? (await this.insertOrFind<T>(tx, request, hashes));
    if (known) {
      request.markReplayed();
      return known;
    }
    await tx.query('SAVEPOINT begun');
    const outcome = await outcomeOf(work);
    if ('refusal' in outcome) await tx.query('ROLLBACK TO SAVEPOINT begun');
    await setOutcome(tx, request, JSON.stringify(outcome));
    return outcome;
  }

  /** Inserts the key. If another request was faster, returns its outcome. */
  private async insertOrFind<T>(
    tx: EntityManager,
    request: KeyedRequest,
    hashes: Hashes,
  ): Promise<Outcome<T> | undefined> {
    try {
      const now = this.clock.now();
      const isInserted = await insertKey(tx, request, {
        requestHash: hashes[0]!,
        createdAt: new Date(now),
        since: new Date(now - DAY_MS),
        most: MAX_KEYS,
      });
      if (!isInserted) throw new TooManyRequests(TRY_AGAIN_SECONDS);
      return undefined;
    } catch (error) {
      if (!isDuplicate(error, 'PRIMARY')) throw error;
      return find(tx, request, hashes);
    }
  }

  /** Keyed with a secret: a body may contain a password, which must not be guessable from its hash. */
  private hashesOf({ body, params, query }: KeyedRequest): Hashes {
    const parts = [params, query, body ?? {}].map((part) => Object.entries(part).sort(byName));
    // Version 0.4 hashed the parts together. Its rows must still match for the day that they live.
    const fields = parts.flat().sort(byName);
    return [parts, fields].flatMap((named) =>
      this.keys.hashes(`idempotency ${JSON.stringify(named)}`, 'hex'),
    );
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The outcome of the request, without waiting for a request in progress. */
async function findWithoutWaiting<T>(
  tx: EntityManager,
  request: KeyedRequest,
  hashes: Hashes,
): Promise<Outcome<T> | undefined> {
  try {
    return await find<T>(tx, request, hashes, 'FOR UPDATE NOWAIT');
  } catch (error) {
    if (!isLockedNow(error)) throw error;
    // The lock is held by another replay, which only reads, or by the request in progress.
    const known = await find<T>(tx, request, hashes);
    if (!known) throw new InProgress();
    return known;
  }
}

async function find<T>(
  source: Source,
  request: KeyedRequest,
  hashes: Hashes,
  lock?: 'FOR UPDATE' | 'FOR UPDATE NOWAIT',
): Promise<Outcome<T> | undefined> {
  const found = await findKey(source, request, lock);
  if (!found) return undefined;
  if (!hashes.includes(found.requestHash)) throw new Mismatch();
  if (found.outcome === null) throw responseErased();
  return JSON.parse(found.outcome) as Outcome<T>;
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, errors, details } = error;
    return { refusal: { code, message, errors, details } };
  }
}

function responseErased(): Conflict {
  return new Conflict(
    'RESPONSE_ERASED',
    'This request was executed before. Its response is gone, because the person it was about has been erased.',
  );
}
