import { expect, test } from 'vitest';
import { mayBookFor, mayChange } from './booking.policy.js';

const PATIENT = 7;

test.each([
  ['the patient', PATIENT, true],
  ['another account', 8, false],
  ['a visitor, or the service itself', null, false],
])('%s may book for the patient, and change the booking: %s %s', (_, id, may) => {
  expect(mayBookFor({ id }, PATIENT)).toBe(may);
  expect(mayChange({ id }, { patientId: PATIENT, status: 'booked' })).toBe(may);
});

test.each([
  ['a cancelled booking', { patientId: PATIENT, status: 'cancelled' as const }],
  ['a booking that does not exist', undefined],
])('nobody may change %s', (_, booking) => {
  expect(mayChange({ id: PATIENT }, booking)).toBe(false);
});
