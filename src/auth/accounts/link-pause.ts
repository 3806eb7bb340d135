import type { EpochMs } from '../../time/interval.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** After the first mail, the second, and so on; after each further one as after the last. */
const PAUSES_MS = [2 * MINUTE_MS, 10 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS];
/** To an address whose owner wants no mails. */
const LONGEST_PAUSE_MS = 7 * DAY_MS;

/** Links that are older no longer make the pause longer. */
export const REMEMBERED_MS = 7 * DAY_MS;
/** As many as there are pauses: further ones change nothing. */
export const MOST_REMEMBERED = PAUSES_MS.length;

/** A link that was mailed. */
export interface MailedLink {
  readonly createdAt: EpochMs;
  readonly isUsed: boolean;
}

/**
 * How long until another link of the same kind may be mailed to an account; 0 for now. Pauses grow with each link that
 * nobody uses: using one shows that the mails go to whoever asks for them.
 *
 * @param links the latest, newest first, none older than `REMEMBERED_MS`
 */
export function pauseBeforeNext(links: readonly MailedLink[], isRefused: boolean, now: EpochMs): number {
  const firstUsed = links.findIndex(({ isUsed }) => isUsed);
  const unused = firstUsed < 0 ? links : links.slice(0, firstUsed);
  const [newest] = unused;
  if (!newest) return 0;
  const pause = isRefused ? LONGEST_PAUSE_MS : PAUSES_MS[Math.min(unused.length, PAUSES_MS.length) - 1]!;
  return Math.max(0, newest.createdAt + pause - now);
}
