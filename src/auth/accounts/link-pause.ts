import type { AccountKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** After the first mail, the second, and so on; after each further one as after the last. */
const PAUSES_MS = [2 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS];
/** To an address whose owner wants no mails. */
const LONGEST_PAUSE_MS = 7 * DAY_MS;
/** No code is good for less, unless it is used or ended. */
const SHORTEST_LIFE_MS = HOUR_MS;

const GOOD_FOR_MS: Readonly<Record<AccountKind, number>> = {
  password_reset: SHORTEST_LIFE_MS,
  verify_address: DAY_MS,
  invitation: 7 * DAY_MS,
  change_address: DAY_MS,
};

/** Links that are older no longer make the pause longer. */
export const REMEMBERED_MS = 7 * DAY_MS;
/** As many as there are pauses: further ones change nothing. */
export const MOST_REMEMBERED = PAUSES_MS.length;

/** A link that was mailed. */
export interface MailedLink {
  readonly createdAt: EpochMs;
  readonly isUsed: boolean;
  /** Until when its code opens something; no later than `createdAt` if it ended before its time, or was never mailed. */
  readonly goodUntil: EpochMs;
}

/**
 * How long to wait after the link that is mailed now before mailing another one. The pause grows with each unused link: a
 * used link shows that the emails reach the person who requests them. A code stays valid at least until the next one can be
 * requested.
 *
 * @param links the latest, newest first, none older than `REMEMBERED_MS`
 */
export function pauseAfterNext(links: readonly MailedLink[], isRefused: boolean): number {
  return grownPause(unusedOf(links).length + 1, isRefused);
}

/**
 * How long until another link of the same kind may be mailed; 0 for now. A stranger who asks again and again must not keep
 * the owner without a good code: where the last one is good no longer, no pause is longer than an hour.
 *
 * @param links the latest, newest first, none older than `REMEMBERED_MS`
 */
export function pauseBeforeNext(links: readonly MailedLink[], isRefused: boolean, now: EpochMs): number {
  const unused = unusedOf(links);
  const [newest] = unused;
  if (!newest) return 0;
  const { createdAt, goodUntil } = newest;
  const longest = Math.max(goodUntil - createdAt, SHORTEST_LIFE_MS);
  return Math.max(0, createdAt + Math.min(grownPause(unused.length, isRefused), longest) - now);
}

/**
 * How long a code is good: at least for the pause that it starts. An unconfirmed address is sure of no more than one code
 * for a new password a day (see `isBudgetSpent`), so that one is good for as long.
 */
export function goodForMs(kind: AccountKind, isConfirmed: boolean, pauseAfter: number): number {
  const own = kind === 'password_reset' && !isConfirmed ? DAY_MS : GOOD_FOR_MS[kind];
  return Math.max(own, pauseAfter);
}

function unusedOf(links: readonly MailedLink[]): readonly MailedLink[] {
  const firstUsed = links.findIndex(({ isUsed }) => isUsed);
  return firstUsed < 0 ? links : links.slice(0, firstUsed);
}

function grownPause(unused: number, isRefused: boolean): number {
  return isRefused ? LONGEST_PAUSE_MS : PAUSES_MS[Math.min(unused, PAUSES_MS.length) - 1]!;
}
