import type { Violation } from '../../availability/rules/rule.js';
import { RULES_IN_ORDER } from '../../availability/rules/rules-in-order.js';
import type { RuleCode } from '../../errors/rules.js';
import type { RequestedTime } from '../booking.refusals.js';

/** A rule that judges a new booking, and whether it holds. */
export interface ExplainedRule {
  readonly rule: RuleCode;
  readonly holds: boolean;
  /** What is wrong, then what to do; null if the rule holds. */
  readonly message: string | null;
}

/** All rules, in their order, and whether they hold. Pure. */
export function explainedRules(violations: readonly Violation[], requested: RequestedTime): ExplainedRule[] {
  const violated = new Set(violations.map(({ code }) => code));
  return RULES_IN_ORDER.map(({ code, message }) => {
    const holds = !violated.has(code);
    return { rule: code, holds, message: holds ? null : message(requested) };
  });
}
