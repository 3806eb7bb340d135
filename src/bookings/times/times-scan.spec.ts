import { expect, test } from 'vitest';
import { asked, plain, range, scheduleOf } from '../../../test/support/schedules.js';
import { Schedule } from '../../availability/schedule.js';
import type { FreeTime } from './free-time.js';
import type { SchedulesOfRange, SearchedSchedule } from './searched-schedules.js';
import { TimesScan } from './times-scan.js';

const [FROM, TO] = ['2026-03-02', '2026-03-04'];
const DATES = [FROM, '2026-03-03', TO];
const ALL_DAY = range('00:00', '24:00');

interface Doctor {
  readonly timezone: string;
  readonly window: readonly [string, string];
  readonly isRefused?: boolean;
  /** Called with each date that is evaluated. */
  readonly onEvaluate?: (date: string) => void;
}

function searched(doctorId: number, doctor: Doctor): SearchedSchedule {
  const { timezone, window, isRefused = false, onEvaluate } = doctor;
  const windows = [range(...window)];
  const whole = scheduleOf(...DATES.map((date) => plain({ date, timezone, windows })));
  const schedule = new Schedule(
    timezone,
    (date) => {
      onEvaluate?.(date);
      return { windows: [...whole.on(date).windows], exceptions: [], busy: [] };
    },
    () => windows,
  );
  const dates = { today: FROM, first: FROM, last: TO };
  const lengths = { durationMinutes: 60, shortestMinutes: 60 };
  return { doctorId, schedule, who: asked(0), dates, isRefused, ...lengths };
}

function scanOf(
  doctors: readonly SearchedSchedule[],
  within = ALL_DAY,
  weekdays?: readonly number[],
): [TimesScan, AsyncGenerator<readonly FreeTime[]>] {
  const scan = new TimesScan({ within, weekdays: weekdays && new Set(weekdays) });
  async function* schedules(): AsyncGenerator<SchedulesOfRange> {
    yield await Promise.resolve({ from: FROM, to: TO, doctors });
  }
  return [scan, scan.batches(schedules())];
}

async function all(times: AsyncGenerator<readonly FreeTime[]>): Promise<FreeTime[]> {
  const found: FreeTime[] = [];
  for await (const batch of times) found.push(...batch);
  return found;
}

test('times come in the order of their instants, whatever the zones', async () => {
  const [, times] = scanOf([
    searched(1, { timezone: 'Pacific/Auckland', window: ['20:00', '24:00'] }),
    searched(2, { timezone: 'Europe/Madrid', window: ['00:00', '03:00'] }),
    searched(3, { timezone: 'Pacific/Honolulu', window: ['22:00', '24:00'] }),
  ]);
  const found = await all(times);
  expect(found).toHaveLength(3 * (13 + 9 + 5));
  const instants = found.map(({ startsAt }) => startsAt);
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
});

test('later dates are not evaluated before somebody asks for more', async () => {
  const evaluated: string[] = [];
  const onEvaluate = (date: string) => evaluated.push(date);
  const [, times] = scanOf([
    searched(1, { timezone: 'Europe/Madrid', window: ['09:00', '10:00'], onEvaluate }),
  ]);
  await times.next();
  expect(evaluated).toEqual([FROM]);
  await times.next();
  expect(evaluated).toEqual(DATES.slice(0, 2));
});

test('a date on which no window serves the request is not evaluated', async () => {
  const evaluated: string[] = [];
  const onEvaluate = (date: string) => evaluated.push(date);
  const doctor = searched(1, { timezone: 'Europe/Madrid', window: ['09:00', '10:00'], onEvaluate });
  const [late, none] = scanOf([doctor], range('10:00', '12:00'));
  expect(await all(none)).toEqual([]);
  const [sundays, neither] = scanOf([doctor], ALL_DAY, [0]);
  expect(await all(neither)).toEqual([]);
  expect([late.hasWindows, sundays.hasWindows, evaluated]).toEqual([false, false, []]);
});

test('nothing is evaluated for doctors with whom nothing can be booked; whether they have windows is known', async () => {
  const evaluated: string[] = [];
  const onEvaluate = (date: string) => evaluated.push(date);
  const doctor: Doctor = {
    timezone: 'Europe/Madrid',
    window: ['09:00', '10:00'],
    isRefused: true,
    onEvaluate,
  };
  const [scan, times] = scanOf([searched(1, doctor), searched(2, doctor)]);
  expect(await all(times)).toEqual([]);
  expect([scan.hasWindows, evaluated]).toEqual([true, []]);
});
