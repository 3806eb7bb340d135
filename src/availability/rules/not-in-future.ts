import type { EpochMs } from '../../time/interval.js';
import type { EvaluatedFor, Rule } from './rule.js';

const WALK_IN_MS = 60 * 60_000;

/** The moment after which an appointment must start. The desk books a walk-in at its start, up to an hour later. */
function latestPast({ now, isForDesk }: EvaluatedFor): EpochMs {
  return isForDesk ? now - WALK_IN_MS : now;
}

/** The appointment starts in the future. */
export const notInFuture: Rule = {
  code: 'NOT_IN_FUTURE',
  isOverridable: false,
  message: ({ date, time }) => `${date} ${time} is not in the future. Choose a later time.`,
  isViolated: (appointment, _day, who) => appointment !== undefined && appointment.start <= latestPast(who),
};
