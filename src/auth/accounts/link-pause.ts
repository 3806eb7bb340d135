import type { LinkKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The pauses after the first email, the second, and so on. The last one applies to all further emails. */
const PAUSES_MS = [2 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, DAY_MS];
/** For an address whose owner refuses emails. */
const LONGEST_PAUSE_MS = 7 * DAY_MS;
/** Every code is valid at least this long, unless it is used or ended. */
const SHORTEST_LIFE_MS = HOUR_MS;

const LIFETIME_MS: Readonly<Record<LinkKind, number>> = {
  password_reset: SHORTEST_LIFE_MS,
  verify_address: DAY_MS,
  invitation: 7 * DAY_MS,
  change_address: DAY_MS,
  patient_invitation: 7 * DAY_MS,
};

/** Older links no longer lengthen the pause. */
export const REMEMBERED_MS = 7 * DAY_MS;
/** More links than there are pauses change nothing. */
export const MOST_REMEMBERED = PAUSES_MS.length;

/** A link that was mailed. */
export interface MailedLink {
  readonly createdAt: EpochMs;
  readonly isUsed: boolean;
  /** Until when its code is valid; at most `createdAt` if it ended early or was never mailed. */
  readonly validUntil: EpochMs;
}

/**
 * How long to wait after the link that is mailed now before mailing another one. The pause grows with each unused link:
 * a used link proves that the emails reach the person who requests them. A code stays valid at least until the next one
 * can be requested.
 *
 * @param links the latest, newest first, none older than `REMEMBERED_MS`
 */
export function pauseAfterNext(links: readonly MailedLink[], isRefused: boolean): number {
  return grownPause(unusedOf(links).length + 1, isRefused);
}

/**
 * How long until another link of the same kind may be mailed; 0 for now. The pause is capped at the
 * validity of the last code, or at an hour if that is longer: a stranger who keeps requesting links must not leave the
 * owner without a valid code.
 *
 * @param links the latest, newest first, none older than `REMEMBERED_MS`
 */
export function pauseBeforeNext(links: readonly MailedLink[], isRefused: boolean, now: EpochMs): number {
  const unused = unusedOf(links);
  const [newest] = unused;
  if (!newest) return 0;
  const { createdAt, validUntil } = newest;
  const longest = Math.max(validUntil - createdAt, SHORTEST_LIFE_MS);
  return Math.max(0, createdAt + Math.min(grownPause(unused.length, isRefused), longest) - now);
}

/**
 * How long a code is valid: at least for the pause that it starts. An unconfirmed address can count on only one reset
 * code a day (see `isBudgetSpent`), so that code is valid for a day.
 */
export function lifetimeMs(kind: LinkKind, isConfirmed: boolean, pauseAfter: number): number {
  const own = kind === 'password_reset' && !isConfirmed ? DAY_MS : LIFETIME_MS[kind];
  return Math.max(own, pauseAfter);
}

function unusedOf(links: readonly MailedLink[]): readonly MailedLink[] {
  const firstUsed = links.findIndex(({ isUsed }) => isUsed);
  return firstUsed < 0 ? links : links.slice(0, firstUsed);
}

function grownPause(unused: number, isRefused: boolean): number {
  return isRefused ? LONGEST_PAUSE_MS : PAUSES_MS[Math.min(unused, PAUSES_MS.length) - 1]!;
}
