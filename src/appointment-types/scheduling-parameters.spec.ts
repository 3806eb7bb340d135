import { describe, expect, test } from 'vitest';
import type { ClinicLimits } from '../clinic/clinic-limits.js';
import {
  type OwnValues,
  resolveValues,
  schedulingParameters,
  type TypeValues,
} from './scheduling-parameters.js';

const CLINIC: ClinicLimits = {
  horizonDays: 365,
  minNoticeMinutes: 0,
  cancelCutoffMinutes: 60,
  maxLiveBookings: 50,
};
const TYPE: TypeValues = {
  durationMinutes: 45,
  slotStepMinutes: null,
  bufferBefore: 0,
  bufferAfter: 10,
  minNoticeMinutes: 1_440,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: 8,
  maxLiveBookings: null,
};
const NONE: OwnValues = {
  durationMinutes: null,
  slotStepMinutes: null,
  bufferBefore: null,
  bufferAfter: null,
  minNoticeMinutes: null,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: null,
  maxLiveBookings: null,
};

describe('a value is', () => {
  test('the doctor’s own, else the type’s, else the clinic’s', () => {
    const own = { ...NONE, durationMinutes: 60, horizonDays: 30, maxPerDay: 4 };
    expect(resolveValues(CLINIC, { type: TYPE, own })).toEqual({
      durationMinutes: { value: 60, from: 'doctor' },
      slotStepMinutes: { value: 60, from: 'doctor' },
      bufferBefore: { value: 0, from: 'type' },
      bufferAfter: { value: 10, from: 'type' },
      minNoticeMinutes: { value: 1_440, from: 'type' },
      horizonDays: { value: 30, from: 'doctor' },
      cancelCutoffMinutes: { value: 60, from: 'clinic' },
      maxPerDay: { value: 4, from: 'doctor' },
      maxLiveBookings: { value: 50, from: 'clinic' },
    });
  });
  test('also 0, which is no null', () => {
    const own = { ...NONE, bufferAfter: 0, minNoticeMinutes: 0 };
    expect(resolveValues(CLINIC, { type: TYPE, own })).toMatchObject({
      bufferAfter: { value: 0, from: 'doctor' },
      minNoticeMinutes: { value: 0, from: 'doctor' },
    });
  });
  test('for the grid, by default the resolved duration', () => {
    const stepped = { ...TYPE, slotStepMinutes: 20 };
    const own = { ...NONE, durationMinutes: 60 };
    expect(resolveValues(CLINIC, { type: stepped, own }).slotStepMinutes).toEqual({
      value: 20,
      from: 'type',
    });
    expect(resolveValues(CLINIC, { type: TYPE, own: null }).slotStepMinutes).toEqual({
      value: 45,
      from: 'type',
    });
  });
});

describe('the parameters of a request', () => {
  test('without a type are the clinic’s limits', () => {
    expect(schedulingParameters(CLINIC)).toEqual({
      ...CLINIC,
      durationMinutes: undefined,
      slotStepMinutes: undefined,
      bufferBefore: 0,
      bufferAfter: 0,
      maxPerDay: null,
      maxLiveBookingsOfType: null,
      isOffered: true,
    });
  });
  test('with a type keep the clinic’s limit of live bookings beside that of the type', () => {
    const own = { ...NONE, maxLiveBookings: 2 };
    const found = schedulingParameters(CLINIC, { type: TYPE, own, isActive: true });
    expect(found).toMatchObject({ maxLiveBookings: 50, maxLiveBookingsOfType: 2, isOffered: true });
    const ofType = schedulingParameters(CLINIC, { type: TYPE, own: NONE, isActive: true });
    expect(ofType).toMatchObject({ maxLiveBookings: 50, maxLiveBookingsOfType: null });
  });
  test('say that a type is not offered if it is not active, or if the doctor does not offer it', () => {
    for (const [own, isActive] of [
      [null, true],
      [NONE, false],
      [null, false],
    ] as const)
      expect(schedulingParameters(CLINIC, { type: TYPE, own, isActive }).isOffered).toBe(false);
  });
});
