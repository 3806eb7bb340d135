import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES_IN_ORDER } from '../../src/availability/rules/rules-in-order.js';
import { OVERRIDABLE_RULES } from '../../src/errors/rules.js';
import { isOverridable } from '../prove/reference-answers.js';
import { RULES } from '../prove/reference-clinic.js';

/** A row of the table in docs/booking-rules.md. */
interface Row {
  readonly code: string;
  readonly isOverridable: boolean;
  readonly source: string;
}

const rows = readFileSync('docs/booking-rules.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line): Row => {
    const [, code, , , override, source] = line.split('|').map((cell) => cell.trim());
    return {
      code: code!.replaceAll('`', ''),
      isOverridable: override === 'desk',
      source: /\((.*)\)/.exec(source!)![1]!,
    };
  });

/** Only for changes of a booking, so it is not among the rules of a time. */
const OF_CHANGES = 'TOO_LATE';

describe('docs/booking-rules.md', () => {
  test('lists all rules in their order, and last the one for changes of a booking', () => {
    expect(rows.map(({ code }) => code)).toEqual([...RULES_IN_ORDER.map(({ code }) => code), OF_CHANGES]);
  });

  test('says which of them the desk may override', () => {
    const overridable = rows.filter((row) => row.isOverridable).map(({ code }) => code);
    expect(overridable).toEqual(RULES_IN_ORDER.filter((rule) => rule.isOverridable).map(({ code }) => code));
    expect(OVERRIDABLE_RULES).toEqual(expect.arrayContaining(overridable));
  });

  test.each(rows)('names the source of $code', ({ code, source }) => {
    expect(readFileSync(join('docs', source), 'utf8')).toContain(`code: '${code}'`);
  });

  test('lists what the reference model judges', () => {
    expect(rows.map((row) => [row.code, row.isOverridable])).toEqual(
      RULES.map((rule) => [rule, isOverridable(rule)]),
    );
  });
});
