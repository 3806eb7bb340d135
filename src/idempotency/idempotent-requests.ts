import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../config/keys.js';
import { inTransaction } from '../database/in-transaction.js';
import { isDuplicate, isLockedNow } from '../database/mysql-errors.js';
import type { Source } from '../database/statement.js';
import { InProgress, Mismatch, Refusal, TooManyRequests } from '../errors/domain-error.js';
import type { Context, KeyedRequest } from '../http/context.js';
import { Clock } from '../time/clock.js';
import { findKey, insertKey, setOutcome } from './idempotency-key.repository.js';

/** How a request ended. Results are plain data: they are kept as JSON. */
type Outcome<T> = { readonly result: T } | { readonly refusal: Pick<Refusal, 'code' | 'message' | 'errors'> };

/** Keyed hashes of a request: the first is kept, the others are by former keys or in the form of former versions. */
type Hashes = readonly string[];

const DAY_MS = 24 * 60 * 60_000;
/** New keys of one account in a day. */
const MOST_KEYS = 1_000;
/** Keys are forgotten one by one, as each has had its day. */
const TRY_AGAIN_SECONDS = 60 * 60;

/**
 * Does a request that has a key once, however often it is sent. Key and outcome are rows of the very transaction that
 * does it: whoever finds the one finds the other. A transaction that is under way holds its key's row, so that a
 * second one with the same key is told at once.
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
   * Runs `work` as `inTransaction` does; on behalf of a request with a key at most once. A request runs no more than one
   * piece of work: the second would be taken for a replay of the first.
   *
   * @param work its result is kept as JSON; what it refuses is kept and refused again; it changes nothing before it refuses that need stay
   * @param findOutcome as for `inTransaction`, for requests without a key
   * @throws InProgress while another request with this key is under way
   * @throws Mismatch if the key was used with another body
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
    // Waits for the first attempt's row. Where there is none this is the next attempt: it writes that row itself.
    const lookUpKey = async (tx: EntityManager, attempt: number): Promise<Outcome<T>> =>
      (await find<T>(tx, request, hashes, 'FOR UPDATE')) ?? run(tx, attempt);
    const outcome = await inTransaction(this.dataSource, run, lookUpKey);
    if (!('refusal' in outcome)) return outcome.result;
    const { code, message, errors } = outcome.refusal;
    throw new Refusal(code, message, errors);
  }

  /**
   * As `once`, for work that must find something out before its transaction, such as whether a password is right. A replay
   * does not find it out again: digits are good once, and a password may be the one that was changed.
   *
   * @param prepare what it refuses is not kept
   */
  async onceAfter<P, T>(
    context: Context,
    prepare: () => Promise<P>,
    work: (tx: EntityManager, prepared: P) => Promise<T>,
  ): Promise<T> {
    const prepared = (await this.isReplay(context, prepare)) ? undefined : { value: await prepare() };
    return this.once(context, (tx) => {
      // It was done, and has been forgotten since: the next attempt prepares.
      if (!prepared) throw new InProgress();
      return work(tx, prepared.value);
    });
  }

  /**
   * Whether the request was done before, so that `once` would answer as it did then.
   *
   * @throws Mismatch if the key was used with another body. `prepare` comes first: it counts attempts at a password, which
   *   could be guessed without limit if a wrong one were answered as another body.
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
    const known = (await findNow<T>(tx, request, hashes)) ?? (await this.begin<T>(tx, request, hashes));
    if (known) {
      request.replayed();
      return known;
    }
    await tx.query('SAVEPOINT begun');
    const outcome = await outcomeOf(work);
    if ('refusal' in outcome) await tx.query('ROLLBACK TO SAVEPOINT begun');
    await setOutcome(tx, request, JSON.stringify(outcome));
    return outcome;
  }

  /** Takes the key; should another have been faster, its outcome by now. */
  private async begin<T>(
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
        most: MOST_KEYS,
      });
      if (!isInserted) throw new TooManyRequests(TRY_AGAIN_SECONDS);
      return undefined;
    } catch (error) {
      if (!isDuplicate(error, 'PRIMARY')) throw error;
      return find(tx, request, hashes);
    }
  }

  /** Keyed with a secret: a body may hold a password, which must not be guessed from its hash. */
  private hashesOf({ body, params, query }: KeyedRequest): Hashes {
    const parts = [params, query, body ?? {}].map((part) => Object.entries(part).sort(byName));
    // Version 0.4 did not tell the parts apart: its rows are recognised for the day that they are kept.
    const fields = parts.flat().sort(byName);
    return [parts, fields].flatMap((named) =>
      this.keys.hashes(`idempotency ${JSON.stringify(named)}`, 'hex'),
    );
  }
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** What came of the request, without waiting for one that is under way. */
async function findNow<T>(
  tx: EntityManager,
  request: KeyedRequest,
  hashes: Hashes,
): Promise<Outcome<T> | undefined> {
  try {
    return await find<T>(tx, request, hashes, 'FOR UPDATE NOWAIT');
  } catch (error) {
    if (!isLockedNow(error)) throw error;
    // Somebody holds it: another who asks for its outcome, or the one who is still finding it out.
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
  return JSON.parse(found.outcome!) as Outcome<T>;
}

async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refusal: { code: error.code, message: error.message, errors: error.errors } };
  }
}
