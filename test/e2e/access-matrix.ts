import type { Person } from '../support/clinic.js';

/** `disabled` holds a token issued before it was disabled, `stale` one issued before it logged out everywhere. */
type WithoutAccess = 'nobody' | 'disabled' | 'stale';
export type SignedIn = 'patientA' | 'patientB' | 'doctorA' | 'doctorB' | 'staff' | 'admin';
export type Actor = WithoutAccess | SignedIn;

/** What the ids in the paths name. Patient A owns the booking (with doctor A); doctor A owns the rest. */
export interface Resources {
  readonly bookingId: number;
  readonly windowId: number;
  readonly exceptionId: number;
  readonly deadNotificationId: number;
  readonly doctorId: number;
  readonly newcomerId: number;
  /** Patient A's. */
  readonly sessionId: number;
  /** The owner of patient A's account. */
  readonly patientId: number;
  readonly typeId: number;
  readonly unknownId: number;
}

interface Row {
  readonly expected: Readonly<Record<Actor, number>>;
  readonly id?: keyof Resources;
  readonly query?: (resources: Resources) => string;
  readonly body?: (
    resources: Resources,
    turn: number,
    people: Readonly<Record<SignedIn, Person>>,
    actor: Actor,
  ) => object;
}

const ANYONE = row(200, 200, 200, 200, 200, 200, 200);
const SIGNED_IN = row(401, 200, 200, 200, 200, 200, 200);
const DOCTORS = row(401, 403, 403, 200, 200, 403, 403);
const ADMINS = row(401, 403, 403, 403, 403, 403, 200);
const DOCTORS_AND_DESK = row(401, 403, 403, 200, 200, 200, 200);
const DESK = row(401, 403, 403, 403, 403, 200, 200);
const DELETED_BY_DESK = row(401, 403, 403, 400, 400, 200, 400);
const PATIENT_A = row(401, 200, 400, 400, 400, 400, 400);
const PATIENT_A_OR_DESK = row(401, 200, 404, 404, 404, 200, 200);
const created = (expected: Row['expected']) =>
  Object.fromEntries(
    Object.entries(expected).map(([actor, status]) => [actor, status === 200 ? 201 : status]),
  ) as Row['expected'];

const isDesk = (actor: Actor) => actor === 'staff' || actor === 'admin';

const account = (turn: number) => ({ email: `matrix${turn}@people.example`, password: 'long enough' });

/** Every route, with the status that each actor gets. */
export const MATRIX: Readonly<Record<string, Row>> = {
  'GET /health/live': { expected: ANYONE },
  'GET /health/ready': { expected: ANYONE },
  'GET /api/audit': { expected: ADMINS },
  'GET /api/integrity': { expected: ADMINS },
  'POST /api/auth/register': { expected: created(ANYONE), body: (_, turn) => account(turn) },
  'POST /api/auth/login': { expected: ANYONE, body: () => account(0) },
  'POST /api/auth/refresh': {
    expected: row(401, 401, 401, 401, 401, 401, 401),
    body: () => ({ refresh_token: 'x' }),
  },
  'POST /api/auth/logout': { expected: ANYONE, body: () => ({ refresh_token: 'x' }) },
  'GET /api/auth/sessions': { expected: SIGNED_IN },
  'DELETE /api/auth/sessions/{id}': {
    expected: row(401, 200, 404, 404, 404, 404, 404),
    id: 'sessionId',
  },
  'POST /api/auth/logout-everywhere': { expected: SIGNED_IN },
  'POST /api/auth/password': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ old_password: 'a guess', new_password: 'long enough' }),
  },
  'POST /api/auth/password/forgot': { expected: ANYONE, body: () => ({ email: 'x@people.example' }) },
  'POST /api/auth/password/reset': {
    expected: row(400, 400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', new_password: 'long enough' }),
  },
  'POST /api/auth/verify-email': {
    expected: row(400, 400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'a guess' }),
  },
  'POST /api/auth/invitation': {
    expected: row(400, 400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'long enough' }),
  },
  'POST /api/auth/change-email': {
    expected: row(400, 400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'a guess' }),
  },
  'POST /api/auth/not-me': {
    expected: row(400, 400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess' }),
  },
  'POST /api/auth/verify-email/send': { expected: ANYONE, body: () => ({ email: 'x@people.example' }) },
  'POST /api/auth/second-factor': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'POST /api/auth/second-factor/confirm': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ code: '000000' }),
  },
  'DELETE /api/auth/second-factor': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess', code: '000000' }),
  },
  'GET /api/auth/me': { expected: SIGNED_IN },
  'POST /api/auth/me/export': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'DELETE /api/auth/me': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'PATCH /api/auth/me': { expected: SIGNED_IN, body: () => ({ locale: 'es' }) },
  'POST /api/users': {
    expected: created(ADMINS),
    body: (_, turn, { admin }) => ({ ...account(turn + 10), role: 'admin', your_password: admin.password }),
  },
  'GET /api/users': { expected: ADMINS },
  'PATCH /api/users/{id}': { expected: ADMINS, id: 'newcomerId', body: () => ({ role: 'doctor' }) },
  'GET /api/clinic': { expected: ANYONE },
  'PATCH /api/clinic': { expected: ADMINS, body: () => ({ country: 'ES' }) },
  'GET /api/doctors/public': { expected: ANYONE },
  'GET /api/doctors': { expected: ADMINS },
  'GET /api/doctors/me': { expected: DOCTORS },
  'GET /api/doctors/{id}': { expected: SIGNED_IN, id: 'doctorId' },
  'PATCH /api/doctors/{id}': {
    expected: ADMINS,
    id: 'doctorId',
    body: () => ({ specialty: 'Pediatrics' }),
  },
  'POST /api/doctors': {
    expected: created(ADMINS),
    body: ({ newcomerId }) => ({
      name: 'Dr. New',
      specialty: 'All',
      email: 'new@clinic.example',
      user_id: newcomerId,
    }),
  },
  'GET /api/appointment-types': { expected: ANYONE },
  'POST /api/appointment-types': {
    expected: created(ADMINS),
    body: () => ({ code: 'new-type', name: 'New type', duration: 30 }),
  },
  'PATCH /api/appointment-types/{id}': {
    expected: ADMINS,
    id: 'typeId',
    body: () => ({ description: 'For all' }),
  },
  'GET /api/doctors/{id}/types': { expected: ANYONE, id: 'doctorId' },
  'PUT /api/doctors/{id}/types': {
    expected: ADMINS,
    id: 'doctorId',
    body: ({ typeId }) => ({ types: [{ type_id: typeId, duration: 45 }] }),
  },
  'GET /api/patients': { expected: DESK, query: () => '?q=romero' },
  'GET /api/patients/mine': { expected: SIGNED_IN },
  'POST /api/patients': {
    expected: created(SIGNED_IN),
    body: (_, turn) => ({
      given_name: `Leo ${turn}`,
      family_name: 'Sanz',
      birth_date: `2018-02-0${turn + 1}`,
      phone: '+34 612 345 678',
    }),
  },
  'GET /api/patients/{id}': { expected: PATIENT_A_OR_DESK, id: 'patientId' },
  'PATCH /api/patients/{id}': {
    expected: PATIENT_A_OR_DESK,
    id: 'patientId',
    body: () => ({ given_name: 'Lucía' }),
  },
  'GET /api/patients/{id}/export': { expected: row(401, 403, 403, 403, 403, 403, 200), id: 'patientId' },
  'POST /api/patients/{id}/invitation': {
    expected: row(401, 403, 403, 403, 403, 400, 400),
    id: 'patientId',
  },
  'POST /api/patients/{id}/merge': {
    expected: row(401, 403, 403, 403, 403, 403, 400),
    id: 'patientId',
    body: () => ({ into: 4_000_000, reason: 'Entered twice' }),
  },
  'DELETE /api/patients/{id}': {
    expected: row(401, 403, 403, 403, 403, 403, 404),
    // Patient A stays for the routes after this one.
    id: 'unknownId',
    body: () => ({ reason: 'Asked by letter' }),
  },
  'GET /api/availability/me': { expected: DOCTORS },
  'GET /api/availability/search': { expected: SIGNED_IN },
  'GET /api/availability/next': { expected: SIGNED_IN },
  'GET /api/availability/{id}': { expected: ANYONE, id: 'doctorId' },
  'POST /api/availability': {
    expected: created(DOCTORS_AND_DESK),
    body: ({ doctorId }, turn, _, actor) => ({
      day_of_week: 6,
      start_time: `${String(9 + turn).padStart(2, '0')}:00`,
      end_time: `${String(10 + turn).padStart(2, '0')}:00`,
      ...(isDesk(actor) && { doctor_id: doctorId }),
    }),
  },
  // The desk comes first, and deletes it.
  'DELETE /api/availability/{id}': { expected: DELETED_BY_DESK, id: 'windowId' },
  'GET /api/exceptions': { expected: DESK, query: ({ doctorId }) => `?doctor_id=${doctorId}` },
  'GET /api/exceptions/me': { expected: DOCTORS },
  'POST /api/exceptions': {
    expected: created(DOCTORS_AND_DESK),
    body: ({ doctorId }, _turn, _people, actor) => ({
      date: '2026-05-05',
      is_full_day: true,
      ...(isDesk(actor) && { doctor_id: doctorId }),
    }),
  },
  'DELETE /api/exceptions/{id}': { expected: DELETED_BY_DESK, id: 'exceptionId' },
  'GET /api/bookings/available-slots': {
    expected: SIGNED_IN,
    query: ({ doctorId }) => `?doctor_id=${doctorId}&date=2026-03-02`,
  },
  'GET /api/availability/explain': {
    expected: SIGNED_IN,
    query: ({ doctorId }) => `?doctor_id=${doctorId}&date=2026-03-02&time=09:00`,
  },
  'POST /api/bookings': {
    expected: created(SIGNED_IN),
    body: ({ doctorId }, turn) => ({
      doctor_id: doctorId,
      date: '2026-03-04',
      // The first turns are those without access.
      time: `${String(8 + turn).padStart(2, '0')}:00`,
    }),
  },
  'GET /api/bookings': { expected: DOCTORS_AND_DESK },
  'GET /api/bookings/{id}': { expected: row(401, 200, 404, 200, 404, 200, 200), id: 'bookingId' },
  'GET /api/bookings/{id}/events': { expected: row(401, 403, 403, 200, 404, 200, 200), id: 'bookingId' },
  'GET /api/desk/day': { expected: DOCTORS_AND_DESK },
  'GET /api/bookings/me': { expected: SIGNED_IN },
  'GET /api/bookings/doctor': { expected: DOCTORS },
  // Before the booking changes: an email that is out of date cannot be retried.
  'GET /api/notifications': { expected: ADMINS },
  'POST /api/notifications/{id}/retry': { expected: ADMINS, id: 'deadNotificationId' },
  // Nobody can set this status.
  'POST /api/bookings/{id}/status': {
    expected: row(401, 400, 400, 400, 400, 400, 400),
    id: 'bookingId',
    body: () => ({ status: 'cancelled' }),
  },
  'PATCH /api/bookings/{id}': {
    expected: row(401, 200, 400, 400, 400, 200, 200),
    id: 'bookingId',
    body: () => ({ date: '2026-03-05', time: '11:30' }),
  },
  'DELETE /api/bookings/{id}': { expected: PATIENT_A, id: 'bookingId' },
  'POST /api/bookings/{id}/cancel': {
    // It is cancelled by now.
    expected: row(401, 400, 400, 400, 400, 400, 400),
    id: 'bookingId',
    body: () => ({ reason: 'The doctor is ill' }),
  },
};

function row(
  nobody: number,
  patientA: number,
  patientB: number,
  doctorA: number,
  doctorB: number,
  staff: number,
  admin: number,
): Row['expected'] {
  // A revoked token gets the same answer as none.
  return { nobody, disabled: nobody, stale: nobody, patientA, patientB, doctorA, doctorB, staff, admin };
}
