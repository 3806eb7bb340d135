import { exception } from './exception.js';
import { noSuchTime } from './no-such-time.js';
import { notInFuture } from './not-in-future.js';
import { outsideAvailability } from './outside-availability.js';
import type { Rule } from './rule.js';
import { taken } from './taken.js';

/** All rules, the most helpful first: a refusal reports the first violation. */
export const RULES_IN_ORDER: readonly Rule[] = [
  noSuchTime,
  notInFuture,
  outsideAvailability,
  exception,
  taken,
];
