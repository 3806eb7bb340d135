/**
 * A client generated from the OpenAPI document. `generated-client.spec.ts` creates `api.d.ts` with openapi-typescript,
 * compiles this file with --strict, and runs it. It must work without casts.
 */
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type Booking = components['schemas']['BookingDto'];
type ErrorCode = components['schemas']['ErrorCode'];

export interface Visit {
  readonly booked: Booking;
  readonly moved: Booking;
  readonly message: string;
  readonly left: number;
  readonly refusedWith: ErrorCode;
}

/** Logs in, books an hour at the first slot of a date, reschedules it to the last slot, and cancels it. */
export async function visit(
  baseUrl: string,
  patient: { email: string; password: string },
  date: string,
): Promise<Visit> {
  const api = createClient<paths>({ baseUrl });
  const session = await api.POST('/api/auth/login', { body: patient });
  if (!session.data) throw new Error(session.error.detail);
  const headers = { authorization: `Bearer ${session.data.token}` };

  const doctors = await api.GET('/api/doctors/public');
  const doctor = doctors.data?.[0];
  if (!doctor) throw new Error('There is no doctor.');

  const query = { doctor_id: doctor.id, date, duration: 60 };
  const slots = await api.GET('/api/bookings/available-slots', { headers, params: { query } });
  const [first, last] = [slots.data?.at(0), slots.data?.at(-1)];
  if (first === undefined || last === undefined) throw new Error('There is no slot.');

  const booked = await api.POST('/api/bookings', {
    headers,
    params: { header: { 'Idempotency-Key': 'a visit' } },
    body: { doctor_id: doctor.id, date, time: first, duration: 60 },
  });
  if (!booked.data) throw new Error(booked.error.detail);

  const path = { id: booked.data.id };
  const moved = await api.PATCH('/api/bookings/{id}', { headers, params: { path }, body: { time: last } });
  if (!moved.data) throw new Error(moved.error.detail);

  const cancelled = await api.DELETE('/api/bookings/{id}', { headers, params: { path } });
  if (!cancelled.data) throw new Error(cancelled.error.detail);

  const again = await api.DELETE('/api/bookings/{id}', { headers, params: { path } });
  if (!again.error) throw new Error('It was cancelled twice.');

  const mine = await api.GET('/api/bookings/me', { headers, params: { query: { from: date } } });
  return {
    booked: booked.data,
    moved: moved.data,
    message: cancelled.data.message,
    left: mine.data?.length ?? -1,
    refusedWith: again.error.code,
  };
}
