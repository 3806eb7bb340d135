import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RULES_IN_ORDER } from '../../availability/rules/rules-in-order.js';
import { explainedRules } from './explanation.js';

const TIME = { date: '2026-03-02', time: '10:00', durationMinutes: 30 };

test('all rules are listed in their order, each with its sentence if and only if it does not hold', () => {
  fc.assert(
    fc.property(fc.subarray([...RULES_IN_ORDER]), (violated) => {
      const explained = explainedRules(violated, TIME);
      expect(explained.map(({ rule }) => rule)).toEqual(RULES_IN_ORDER.map(({ code }) => code));
      const broken = explained.filter(({ holds }) => !holds);
      expect(broken.map(({ rule, message }) => [rule, message])).toEqual(
        violated.map(({ code, message }) => [code, message(TIME)]),
      );
      expect(explained.filter(({ holds }) => holds).every(({ message }) => message === null)).toBe(true);
    }),
  );
});
