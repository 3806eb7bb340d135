import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULES_IN_ORDER } from '../../availability/rules/rules-in-order.js';
import type { RuleCode } from '../../errors/rules.js';
import { type FreeDoctor, freeDoctorOf, standingWithAll } from './free-doctor.js';

const doctor = (doctorId: number, bookedMinutes: number, isOverridden = false): FreeDoctor => ({
  doctorId,
  bookedMinutes,
  isOverridden,
});

describe('of the free doctors', () => {
  test.each<[what: string, chosen: number, free: readonly FreeDoctor[]]>([
    ['the only one', 4, [doctor(4, 480)]],
    ['the one with the least to do', 3, [doctor(1, 60), doctor(2, 45), doctor(3, 30)]],
    ['of two with as much to do the one with the lower id', 2, [doctor(3, 30), doctor(2, 30), doctor(1, 31)]],
    ['one who is really free before one who needs an override', 2, [doctor(1, 0, true), doctor(2, 300)]],
    [
      'of those who need an override the one with the least to do',
      2,
      [doctor(1, 9, true), doctor(2, 8, true)],
    ],
  ])('%s is booked', (_, chosen, free) => {
    expect(freeDoctorOf(free)?.doctorId).toBe(chosen);
  });

  test('none is booked if there is none', () => {
    expect(freeDoctorOf([])).toBeUndefined();
  });

  const doctors = fc.uniqueArray(
    fc.record({
      doctorId: fc.integer({ min: 1, max: 50 }),
      bookedMinutes: fc.integer({ min: 0, max: 4 }),
      isOverridden: fc.boolean(),
    }),
    { selector: ({ doctorId }) => doctorId, minLength: 1 },
  );

  test('the same one is booked in whatever order they are read, and no other has less to do', () => {
    fc.assert(
      fc.property(
        doctors.chain((free) =>
          fc.tuple(fc.constant(free), fc.shuffledSubarray(free, { minLength: free.length })),
        ),
        ([free, shuffled]) => {
          const chosen = freeDoctorOf(free)!;
          expect(freeDoctorOf(shuffled)).toEqual(chosen);
          for (const other of free.filter(({ isOverridden }) => isOverridden === chosen.isOverridden)) {
            const [more, less] = [other.bookedMinutes, chosen.bookedMinutes];
            expect(more > less || (more === less && other.doctorId >= chosen.doctorId)).toBe(true);
          }
        },
      ),
    );
  });

  test('another becomes the one to book as soon as enough is booked with the first', () => {
    fc.assert(
      fc.property(doctors, (free) => {
        const ready = free.filter(({ isOverridden }) => !isOverridden);
        fc.pre(ready.length > 1);
        const chosen = freeDoctorOf(ready)!;
        const later = ready.map((each) => (each === chosen ? { ...each, bookedMinutes: 1_440 } : each));
        expect(freeDoctorOf(later)!.doctorId).not.toBe(chosen.doctorId);
      }),
    );
  });
});

const found = (...codes: RuleCode[]) => RULES_IN_ORDER.filter(({ code }) => codes.includes(code));

describe('what stands against a time with every doctor', () => {
  test.each<[what: string, standing: readonly RuleCode[], each: readonly (readonly RuleCode[])[]]>([
    ['a patient who is busy', ['PATIENT_BUSY'], [['PATIENT_BUSY'], ['TAKEN', 'PATIENT_BUSY']]],
    ['a time that has passed', ['NOT_IN_FUTURE'], [['NOT_IN_FUTURE'], ['NOT_IN_FUTURE', 'EXCEPTION']]],
    [
      'all of it, in the order of the rules',
      ['TOO_FAR', 'TOO_MANY_BOOKINGS'],
      [['TOO_MANY_BOOKINGS', 'TOO_FAR']],
    ],
    ['nothing, if one doctor has a shorter notice and is taken', [], [['TOO_SOON'], ['TAKEN']]],
    [
      'nothing, if all are taken or away: another doctor might be free',
      [],
      [['TAKEN'], ['TAKEN', 'EXCEPTION']],
    ],
    ['nothing, if there is no doctor', [], []],
  ])('%s', (_, standing, each) => {
    const violations = standingWithAll(each.map((codes) => found(...codes)));
    expect(violations.map(({ code }) => code)).toEqual(standing);
  });
});
