import type { RuleCode } from '../../errors/rules.js';
import { doctorInactive } from './doctor-inactive.js';
import { exception } from './exception.js';
import { noSuchTime } from './no-such-time.js';
import { notInFuture } from './not-in-future.js';
import { outsideAvailability } from './outside-availability.js';
import type { Rule } from './rule.js';
import { taken } from './taken.js';

/**
 * All rules, the most helpful first: a refusal reports the first violation. Slots check them from the end, where the
 * rules stand that most starts violate.
 */
export const RULES_IN_ORDER: readonly Rule[] = [
  doctorInactive,
  noSuchTime,
  notInFuture,
  outsideAvailability,
  exception,
  taken,
];

/** The codes with which a requested time can be refused. */
export const RULE_CODES: readonly RuleCode[] = RULES_IN_ORDER.map(({ code }) => code);
