/** A booking with any doctor as a client generated from the OpenAPI document, like `visit.ts`. It must work without casts. */
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type Booking = components['schemas']['BookingDto'];
type Explanation = components['schemas']['ExplanationDto'];

export interface AnyVisit {
  readonly booked: Booking;
  /** Which rules stand against booking the same with that doctor. */
  readonly stood: readonly string[];
  /** The code of a booking with a doctor and a specialty. */
  readonly refusedWith: components['schemas']['ErrorCode'];
  readonly next: Explanation['next'];
}

/** Books any doctor of a specialty for a type, and asks why the time cannot be booked again. */
export async function visitAny(
  baseUrl: string,
  token: string,
  type_id: number,
  date: string,
): Promise<AnyVisit> {
  const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const time = '09:00';
  const specialty = 'Cardiology';
  const booked = await api.POST('/api/bookings', {
    body: { doctor_id: 'any', specialty, type_id, date, time },
  });
  if (!booked.data) throw new Error(booked.error.detail);

  const { doctor_id } = booked.data;
  const query = { doctor_id, type_id, date, time };
  const explained = await api.GET('/api/availability/explain', { params: { query } });
  if (!explained.data) throw new Error(explained.error.detail);

  const refused = await api.POST('/api/bookings', { body: { ...query, specialty } });
  if (!refused.error) throw new Error('It was booked twice.');
  return {
    booked: booked.data,
    stood: explained.data.rules.filter(({ holds }) => !holds).map(({ rule }) => rule),
    refusedWith: refused.error.code,
    next: explained.data.next,
  };
}
