import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOTIFICATION_KINDS, type NotificationKind } from '../outbox/notification-kind.js';
import { guaranteedMails, isBudgetSpent, type MailCounts } from './delivery.rules.js';

describe('the mail budget of a day', () => {
  const kinds = fc.constantFrom<NotificationKind>(...NOTIFICATION_KINDS);
  const budgets = fc.integer({ min: 4, max: 40 });

  /** The mails of a flood to one address that are sent. */
  function sent(flood: readonly NotificationKind[], perDay: number, isConfirmed: boolean): MailCounts {
    const counts: Partial<Record<NotificationKind, number>> = {};
    for (const kind of flood)
      if (!isBudgetSpent(kind, counts, { perDay, isConfirmed })) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
  const sum = (counts: MailCounts): number => Object.values(counts).reduce((a, b) => a + b, 0);

  test.each<[string, NotificationKind, MailCounts, boolean, boolean]>([
    ['news after nineteen mails', 'booked', { booked: 12, reminder_1h: 7 }, true, false],
    ['news after twenty mails', 'moved', { booked: 12, reminder_1h: 8 }, true, true],
    ['a cancellation after a flood of news', 'cancelled', { booked: 20 }, true, false],
    ['a cancellation after twice the budget', 'cancelled', { booked: 20, cancelled: 20 }, true, true],
    [
      'a notice after a flood of cancellations',
      'password_changed',
      { booked: 20, cancelled: 20 },
      true,
      false,
    ],
    [
      'a code after floods of every kind',
      'password_reset',
      { booked: 20, cancelled: 20, new_admin: 20 },
      true,
      false,
    ],
    ['a sixth code', 'password_reset', { password_reset: 5 }, true, true],
    [
      'a code after five of other kinds',
      'password_reset',
      { change_address: 4, verify_address: 1 },
      true,
      false,
    ],
    ['news after five codes', 'booked', { password_reset: 5, booked: 14 }, true, false],
    ['unconfirmed: a fourth mail', 'booked', { booked: 3 }, false, false],
    ['unconfirmed: a fifth, while no reset has been mailed', 'booked', { booked: 4 }, false, true],
    ['unconfirmed: a fifth, after a reset', 'booked', { booked: 3, password_reset: 1 }, false, false],
    ['unconfirmed: a fifth, which is a reset', 'password_reset', { booked: 4 }, false, false],
    ['unconfirmed: a fifth, which is an invitation', 'invitation', { booked: 4 }, false, false],
    ['unconfirmed: a fifth, which invites a patient', 'patient_invitation', { booked: 4 }, false, false],
    [
      'unconfirmed: a second piece of news after a flood of codes',
      'booked',
      { verify_address: 4, password_reset: 1, moved: 1 },
      false,
      false,
    ],
    [
      'unconfirmed: a third piece of news after a flood of codes',
      'booked',
      { verify_address: 4, password_reset: 1, moved: 2 },
      false,
      true,
    ],
    ['unconfirmed: a sixth', 'password_reset', { booked: 4, password_reset: 1 }, false, true],
    [
      'unconfirmed: a second cancellation after floods of codes and confirmations',
      'cancelled',
      { password_reset: 4, booked: 2, cancelled: 1 },
      false,
      false,
    ],
    ['unconfirmed: a third cancellation', 'cancelled', { booked: 3, cancelled: 2 }, false, true],
    ['unconfirmed: a second notice', 'password_changed', { booked: 5, new_admin: 1 }, false, false],
    ['unconfirmed: a third notice', 'password_changed', { booked: 3, new_admin: 2 }, false, true],
  ])('%s', (_, kind, counts, isConfirmed, isSpent) => {
    expect(isBudgetSpent(kind, counts, { perDay: 20, isConfirmed })).toBe(isSpent);
  });

  test('unconfirmed, with the smallest budget: the second mail is reserved for a reset', () => {
    const budget = { perDay: 4, isConfirmed: false };
    expect(isBudgetSpent('verify_address', { change_address: 1 }, budget)).toBe(true);
    expect(isBudgetSpent('password_reset', { change_address: 1 }, budget)).toBe(false);
    expect(isBudgetSpent('change_address', { password_reset: 1, booked: 1 }, budget)).toBe(true);
  });

  test('no kind of mail is refused while an address got fewer than the guaranteed mails', () => {
    fc.assert(
      fc.property(
        fc.array(kinds, { maxLength: 40 }),
        kinds,
        budgets,
        fc.boolean(),
        (flood, kind, perDay, isConfirmed) => {
          const counts: Partial<Record<NotificationKind, number>> = {};
          for (const each of flood.slice(0, guaranteedMails({ perDay, isConfirmed }) - 1))
            counts[each] = (counts[each] ?? 0) + 1;
          expect(isBudgetSpent(kind, counts, { perDay, isConfirmed })).toBe(false);
        },
      ),
    );
  });

  test('an unconfirmed address gets at most a quarter of the budget (at least two) plus six, in any order of mails', () => {
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 60 }), budgets, (flood, perDay) => {
        expect(sum(sent(flood, perDay, false))).toBeLessThanOrEqual(Math.max(2, Math.floor(perDay / 4)) + 6);
      }),
    );
  });

  test('an unconfirmed address has got a takeover code, or can still get one', () => {
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 60 }), budgets, (flood, perDay) => {
        const counts = sent(flood, perDay, false);
        const isSpent = isBudgetSpent('password_reset', counts, { perDay, isConfirmed: false });
        const { password_reset = 0, invitation = 0, patient_invitation = 0 } = counts;
        expect(!isSpent || password_reset + invitation + patient_invitation > 0).toBe(true);
      }),
    );
  });

  test('of a confirmed address codes use up at most a quarter, and news hold back nothing but news', () => {
    const NEWS = ['booked', 'moved'] as const;
    const codes = fc.constantFrom<NotificationKind>('password_reset', 'verify_address', 'change_address');
    const news = fc.constantFrom<NotificationKind>(...NEWS);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(codes, news), { maxLength: 80 }),
        kinds,
        budgets,
        (flood, kind, perDay) => {
          const counts = sent(flood, perDay, true);
          const { booked = 0, moved = 0 } = counts;
          const isNews = (NEWS as readonly string[]).includes(kind);
          const isCode = ['password_reset', 'verify_address', 'invitation', 'change_address'].includes(kind);
          const isSpent = isBudgetSpent(kind, counts, { perDay, isConfirmed: true });
          if (isNews) expect(!isSpent || booked + moved >= perDay - Math.floor(perDay / 4)).toBe(true);
          else if (!isCode) expect(isSpent).toBe(false);
          else expect(!isSpent || (counts[kind] ?? 0) >= 5).toBe(true);
        },
      ),
    );
  });
});
