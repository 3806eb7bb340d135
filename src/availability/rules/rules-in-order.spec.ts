import { describe, expect, test } from 'vitest';
import { asked, WITHOUT_LIMITS } from '../../../test/support/schedules.js';
import { ERROR_CODES } from '../../errors/error-codes.js';
import { EXAMPLE_DATE } from '../../time/example-date.js';
import type { SchedulingParameters } from '../../appointment-types/scheduling-parameters.js';
import { evaluate } from '../evaluate.js';
import { Schedule } from '../schedule.js';
import { OVERRIDABLE_RULES, RULES } from '../../errors/rules.js';
import type { EvaluatedFor } from './rule.js';
import { RULE_CODES, RULES_IN_ORDER } from './rules-in-order.js';
import { tooLate } from './too-late.js';

const hour = (hours: number): number => hours * 60;

/** A doctor who is no longer active from then on. */
const INACTIVE_FROM = '2027-01-01';

/**
 * In Madrid, an hour ahead of UTC: a window from 01:00 to 17:00, an exception from 12:00, a booking at 15:00 with a buffer
 * of 10 minutes after it, and one of the requested type.
 */
function scheduleOf(date: string): Schedule {
  return new Schedule('Europe/Madrid', () => ({
    windows: [{ start: hour(1), end: hour(17) }],
    exceptions: [{ start: hour(12), end: hour(13) }],
    busy: [
      {
        start: Date.parse(`${date}T14:00:00Z`),
        end: Date.parse(`${date}T14:30:00Z`),
        bufferBefore: 0,
        bufferAfter: 10,
      },
    ],
    bookingsOfType: 1,
    isDoctorActive: date < INACTIVE_FROM,
  }));
}

/** A patient who has one booking ahead, at 10:00 on Monday in Madrid. */
const PATIENT = {
  busy: [{ start: Date.parse('2026-03-02T09:00:00Z'), end: Date.parse('2026-03-02T09:30:00Z') }],
  liveBookings: 1,
  liveBookingsOfType: 1,
};

/** The codes and messages of all violations. */
function violationsOf(
  date: string,
  time: string,
  durationMinutes: number,
  now: string,
  { parameters, ...who }: Limits = {},
): [string, string][] {
  const requested = { date, time, durationMinutes };
  const limits = { ...WITHOUT_LIMITS, ...parameters };
  const { violations } = evaluate(
    requested,
    scheduleOf(date),
    asked(Date.parse(now), { ...who, patient: PATIENT, parameters: limits }),
  );
  return violations.map(({ code, message }) => [code, message(requested)]);
}

/** What a request is evaluated with, besides what is always so here. */
type Limits = Omit<Partial<EvaluatedFor>, 'parameters'> & {
  readonly parameters?: Partial<SchedulingParameters>;
};

const MONDAY = '2026-03-02';
const EARLIER = '2026-03-01T00:00:00Z';
/** 10:00 in Madrid. */
const AT_TEN = '2026-03-02T09:00:00Z';

type Request = readonly [date: string, time: string, duration: number, now: string, who?: Limits];

const CASES: readonly (readonly [string, Request, string])[] = [
  [
    'DOCTOR_INACTIVE',
    [INACTIVE_FROM, '10:00', 30, EARLIER],
    'This doctor takes no bookings at present. Choose another doctor.',
  ],
  [
    'NOT_OFFERED',
    [MONDAY, '11:00', 30, EARLIER, { parameters: { isOffered: false } }],
    'This doctor does not offer appointments of this type. Choose another doctor or another type.',
  ],
  [
    'NO_SUCH_TIME',
    ['2026-03-29', '02:30', 30, EARLIER],
    '02:30 does not exist on 2026-03-29: the clocks skip it. Choose another time.',
  ],
  [
    'NOT_IN_FUTURE',
    [MONDAY, '10:00', 30, AT_TEN],
    '2026-03-02 10:00 is not in the future. Choose a later time.',
  ],
  [
    'TOO_SOON',
    [MONDAY, '11:00', 30, AT_TEN, { parameters: { minNoticeMinutes: 61 } }],
    '11:00 on 2026-03-02 is too soon: this appointment must be booked earlier. Choose a later time.',
  ],
  [
    'TOO_FAR',
    [MONDAY, '11:00', 30, '2026-02-28T00:00:00Z', { parameters: { horizonDays: 1 } }],
    '2026-03-02 is too far ahead. Choose an earlier date.',
  ],
  [
    'OUTSIDE_AVAILABILITY',
    [MONDAY, '16:45', 30, EARLIER],
    "An appointment of 30 minutes from 16:45 on 2026-03-02 is outside the doctor's hours. Choose one of the available slots.",
  ],
  [
    'EXCEPTION',
    [MONDAY, '11:31', 30, EARLIER],
    'The doctor is away during the 30 minutes from 11:31 on 2026-03-02. Choose one of the available slots.',
  ],
  [
    'OFF_GRID',
    [MONDAY, '11:15', 30, EARLIER, { parameters: { slotStepMinutes: 30 } }],
    'Appointments of this type do not start at 11:15 on 2026-03-02. Choose one of the available slots.',
  ],
  [
    'TAKEN',
    [MONDAY, '14:31', 30, EARLIER],
    '14:31 on 2026-03-02 is already taken. Choose one of the available slots.',
  ],
  [
    'BUFFER',
    [MONDAY, '15:39', 30, EARLIER],
    '15:39 on 2026-03-02 is too close to another appointment. Choose one of the available slots.',
  ],
  [
    'DAY_FULL',
    [MONDAY, '11:00', 30, EARLIER, { parameters: { maxPerDay: 1 } }],
    'The doctor takes no more appointments of this type on 2026-03-02. Choose another date.',
  ],
  [
    'PATIENT_BUSY',
    [MONDAY, '10:15', 30, EARLIER, { isOnePlace: true }],
    'The patient has another appointment at 10:15 on 2026-03-02. Choose another time, or cancel that one first.',
  ],
  [
    'TOO_MANY_BOOKINGS',
    [MONDAY, '11:00', 30, EARLIER, { parameters: { maxLiveBookings: 1 } }],
    'The patient has as many appointments ahead as one may have. Cancel one first.',
  ],
];

describe('each rule has its code and message', () => {
  test.each(CASES)('%s', (code, request, message) => {
    expect(violationsOf(...request)).toEqual([[code, message]]);
  });
  test('and a case above', () => {
    expect(CASES.map(([code]) => code)).toEqual(RULE_CODES);
  });
  test('and is documented, in this order, with whether the desk may override it', () => {
    expect([...RULE_CODES, tooLate.code]).toEqual(RULES);
    const named: readonly string[] = OVERRIDABLE_RULES;
    for (const { code, isOverridable } of RULES_IN_ORDER)
      expect(named.includes(code), code).toBe(isOverridable);
  });
});

test.each(RULES_IN_ORDER)('the documented example of $code is its message', ({ code, message }) => {
  const example = message({ date: EXAMPLE_DATE, time: '10:00', durationMinutes: 30 });
  expect(ERROR_CODES[code].answers).toEqual({ 400: example });
});

test.each([
  ['a moment after now', [MONDAY, '10:01', 30, AT_TEN]],
  ['from the start of a window', [MONDAY, '01:00', 30, EARLIER]],
  ['up to the end of a window', [MONDAY, '16:30', 30, EARLIER]],
  ['up to an exception', [MONDAY, '11:30', 30, EARLIER]],
  ['from the end of an exception', [MONDAY, '13:00', 30, EARLIER]],
  ['up to a busy time', [MONDAY, '14:30', 30, EARLIER]],
  ['from the end of the buffer after a busy time', [MONDAY, '15:40', 30, EARLIER]],
  [
    'with exactly the minimum notice',
    [MONDAY, '11:00', 30, AT_TEN, { parameters: { minNoticeMinutes: 60 } }],
  ],
  ['on the last date of the horizon', [MONDAY, '11:00', 30, EARLIER, { parameters: { horizonDays: 1 } }]],
  ['on the grid of the window', [MONDAY, '11:20', 30, EARLIER, { parameters: { slotStepMinutes: 20 } }]],
  [
    'below each limit',
    [
      MONDAY,
      '11:00',
      30,
      EARLIER,
      { parameters: { maxPerDay: 2, maxLiveBookings: 2, maxLiveBookingsOfType: 2 } },
    ],
  ],
] as readonly [string, Request][])('all rules hold for %s', (_, request) => {
  expect(violationsOf(...request)).toEqual([]);
});

test.each([
  [
    'outside the window, in an exception and taken',
    [MONDAY, '11:00', 480, AT_TEN],
    ['OUTSIDE_AVAILABILITY', 'EXCEPTION', 'TAKEN'],
  ],
  [
    'in the past, in an exception and taken',
    [MONDAY, '09:59', 360, AT_TEN],
    ['NOT_IN_FUTURE', 'EXCEPTION', 'TAKEN'],
  ],
  [
    'only a time that the clocks skip',
    ['2026-03-29', '02:00', 480, '2027-01-01T00:00:00Z'],
    ['NO_SUCH_TIME'],
  ],
] as const)('all violations are returned together, the most helpful first: %s', (_, request, codes) => {
  const [date, time, duration, now] = request;
  expect(violationsOf(date, time, duration, now).map(([code]) => code)).toEqual(codes);
});
