import type { Column } from '../support/report.js';
import type { Result } from './verdict.js';

/** The table of results. */
export const COLUMNS: readonly Column<Result>[] = [
  ['scenario', ({ name }) => name],
  ['seed', ({ seed }) => seed],
  ['faults', ({ faults }) => faults],
  ['requests', ({ requests }) => requests],
  ['refused', ({ refused }) => refused],
  ['given up', ({ gaveUp }) => gaveUp],
  ['bookings', ({ bookings }) => bookings],
  ['overbooked', ({ overbooked }) => overbooked],
  ['statuses', ({ statuses }) => statuses],
  ['mails', ({ mails }) => mails],
  ['of them reminders', ({ reminders }) => reminders],
  ['dead', ({ dead }) => dead],
  ['O', ({ O }) => O],
  ['A', ({ A }) => A],
  ['K', ({ K }) => K],
  ['H', ({ H }) => H],
  ['L', ({ L }) => L],
  ['M', ({ M }) => M],
  ['D', ({ D }) => D],
  ['W', ({ W }) => W],
  ['E', ({ E }) => E],
  ['R (s)', ({ R }) => R.toFixed(1)],
  ['slowest (s)', ({ slowestAnswer }) => slowestAnswer.toFixed(1)],
  ['integrity', ({ integrity }) => integrity],
  ['held', ({ broken }) => (broken.length === 0 ? 'yes' : 'NO')],
];
