/**
 * The front desk as a client generated from the OpenAPI document, like `visit.ts`. It must work without casts.
 */
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

type Booking = components['schemas']['BookingDto'];
type Problem = components['schemas']['ProblemDto'];
type Rule = components['schemas']['RuleCode'];

export interface DeskWork {
  readonly candidates: readonly number[];
  readonly stood: readonly Rule[];
  readonly booked: Booking;
  readonly staleStatus: number;
  readonly arrived: Booking['status'];
  readonly allowed: Problem['allowed'];
  readonly overlaps: readonly (readonly number[])[];
  readonly mergedInto: number | undefined;
}

/** What this desk offers to override. */
const OFFERED = ['OUTSIDE_AVAILABILITY', 'EXCEPTION', 'TAKEN'] as const;

/** Finds a patient, books despite what stands against the time, records the arrival, and merges a second record. */
export async function work(
  baseUrl: string,
  token: string,
  doctor_id: number,
  date: string,
): Promise<DeskWork> {
  const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const found = await api.GET('/api/patients', { params: { query: { q: 'luc rom' } } });
  const patient = found.data?.[0];
  if (!patient?.given_name || !patient.family_name) throw new Error('Nobody was found.');

  const { given_name, family_name, phone } = patient;
  const entered = { given_name, family_name, phone };
  const duplicate = await api.POST('/api/patients', { body: entered });
  const candidates = duplicate.error?.candidates?.map(({ id }) => id) ?? [];
  const second = await api.POST('/api/patients', { body: { ...entered, not_duplicate_of: candidates } });
  if (!second.data) throw new Error(second.error.detail);

  const wish = { doctor_id, date, time: '20:00', duration: 30, patient_id: patient.id };
  const refused = await api.POST('/api/bookings', { body: wish });
  const violations = refused.error?.violations ?? [];
  const rules = OFFERED.filter((rule) => violations.some((each) => each.rule === rule && each.overridable));
  const booked = await api.POST('/api/bookings', {
    body: { ...wish, override: { rules, reason: 'By phone' } },
  });
  if (!booked.data) throw new Error(booked.error.detail);

  const path = { id: booked.data.id };
  const setStatus = (version: number) =>
    api.POST('/api/bookings/{id}/status', {
      params: { path, header: { 'If-Match': `"${version}"` } },
      body: { status: 'arrived' },
    });
  const stale = await setStatus(booked.data.version + 1);
  const arrived = await setStatus(booked.data.version);
  if (!arrived.data) throw new Error(arrived.error.detail);
  const again = await setStatus(arrived.data.version);

  const source = { id: second.data.id };
  const body = { into: patient.id, reason: 'Entered twice' };
  const merged = await api.POST('/api/patients/{id}/merge', { params: { path: source }, body });
  const gone = await api.GET('/api/patients/{id}', { params: { path: source } });
  return {
    candidates,
    stood: violations.map(({ rule }) => rule),
    booked: booked.data,
    staleStatus: stale.response.status,
    arrived: arrived.data.status,
    allowed: again.error?.allowed,
    overlaps: merged.data?.overlaps ?? [],
    mergedInto: gone.error?.merged_into,
  };
}
