import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { TokenIssuer } from '../../src/auth/sessions/token.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { Document } from '../support/openapi.js';

/** `disabled` holds a token issued before it was disabled, `stale` one issued before it logged out everywhere. */
type WithoutAccess = 'nobody' | 'disabled' | 'stale';
type SignedIn = 'patientA' | 'patientB' | 'doctorA' | 'doctorB' | 'admin';
type Actor = WithoutAccess | SignedIn;

/** What the ids in the paths name. Patient A owns the booking (with doctor A); doctor A owns the rest. */
interface Resources {
  readonly bookingId: number;
  readonly windowId: number;
  readonly exceptionId: number;
  readonly deadNotificationId: number;
  readonly doctorId: number;
  readonly newcomerId: number;
  /** Patient A's. */
  readonly sessionId: number;
}

interface Row {
  readonly expected: Readonly<Record<Actor, number>>;
  readonly id?: keyof Resources;
  readonly query?: (resources: Resources) => string;
  readonly body?: (resources: Resources, turn: number) => object;
}

const ANYONE = row(200, 200, 200, 200, 200, 200);
const SIGNED_IN = row(401, 200, 200, 200, 200, 200);
const DOCTORS = row(401, 403, 403, 200, 200, 403);
const ADMINS = row(401, 403, 403, 403, 403, 200);
const DOCTOR_A = row(401, 403, 403, 200, 400, 403);
const PATIENT_A = row(401, 200, 400, 400, 400, 400);
const created = (expected: Row['expected']) =>
  Object.fromEntries(
    Object.entries(expected).map(([actor, status]) => [actor, status === 200 ? 201 : status]),
  ) as Row['expected'];

const account = (turn: number) => ({ email: `matrix${turn}@people.example`, password: 'long enough' });

const MATRIX: Readonly<Record<string, Row>> = {
  'GET /health/live': { expected: ANYONE },
  'GET /health/ready': { expected: ANYONE },
  'GET /api/audit': { expected: ADMINS },
  'GET /api/integrity': { expected: ADMINS },
  'POST /api/auth/register': { expected: created(ANYONE), body: (_, turn) => account(turn) },
  'POST /api/auth/login': { expected: ANYONE, body: () => account(0) },
  'POST /api/auth/refresh': {
    expected: row(401, 401, 401, 401, 401, 401),
    body: () => ({ refresh_token: 'x' }),
  },
  'POST /api/auth/logout': { expected: ANYONE, body: () => ({ refresh_token: 'x' }) },
  'GET /api/auth/sessions': { expected: SIGNED_IN },
  'DELETE /api/auth/sessions/{id}': {
    expected: row(401, 200, 404, 404, 404, 404),
    id: 'sessionId',
  },
  'POST /api/auth/logout-everywhere': { expected: SIGNED_IN },
  'POST /api/auth/password': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ old_password: 'a guess', new_password: 'long enough' }),
  },
  'POST /api/auth/password/forgot': { expected: ANYONE, body: () => ({ email: 'x@people.example' }) },
  'POST /api/auth/password/reset': {
    expected: row(400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', new_password: 'long enough' }),
  },
  'POST /api/auth/verify-email': {
    expected: row(400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'a guess' }),
  },
  'POST /api/auth/invitation': {
    expected: row(400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'long enough' }),
  },
  'POST /api/auth/change-email': {
    expected: row(400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess', password: 'a guess' }),
  },
  'POST /api/auth/not-me': {
    expected: row(400, 400, 400, 400, 400, 400),
    body: () => ({ token: 'a-guess' }),
  },
  'POST /api/auth/verify-email/send': { expected: ANYONE, body: () => ({ email: 'x@people.example' }) },
  'POST /api/auth/second-factor': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'POST /api/auth/second-factor/confirm': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ code: '000000' }),
  },
  'DELETE /api/auth/second-factor': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess', code: '000000' }),
  },
  'GET /api/auth/me': { expected: SIGNED_IN },
  'POST /api/auth/me/export': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'DELETE /api/auth/me': {
    expected: row(401, 400, 400, 400, 400, 400),
    body: () => ({ password: 'a guess' }),
  },
  'PATCH /api/auth/me': { expected: SIGNED_IN, body: () => ({ locale: 'es' }) },
  'POST /api/users': {
    expected: created(ADMINS),
    body: (_, turn) => ({ ...account(turn + 10), role: 'admin', your_password: people.admin.password }),
  },
  'GET /api/users': { expected: ADMINS },
  'PATCH /api/users/{id}': { expected: ADMINS, id: 'newcomerId', body: () => ({ role: 'doctor' }) },
  'GET /api/doctors/public': { expected: ANYONE },
  'GET /api/doctors': { expected: ADMINS },
  'GET /api/doctors/me': { expected: DOCTORS },
  'PATCH /api/doctors/{id}': {
    expected: ADMINS,
    id: 'doctorId',
    // The doctor's present zone, so that future bookings do not block the change.
    body: () => ({ timezone: 'Europe/Madrid' }),
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
  'GET /api/availability/me': { expected: DOCTORS },
  'GET /api/availability/{id}': { expected: ANYONE, id: 'doctorId' },
  'POST /api/availability': {
    expected: created(DOCTORS),
    body: () => ({ day_of_week: 6, start_time: '09:00', end_time: '10:00' }),
  },
  'DELETE /api/availability/{id}': { expected: DOCTOR_A, id: 'windowId' },
  'GET /api/exceptions/me': { expected: DOCTORS },
  'POST /api/exceptions': {
    expected: created(DOCTORS),
    body: () => ({ date: '2026-05-05', is_full_day: true }),
  },
  'DELETE /api/exceptions/{id}': { expected: DOCTOR_A, id: 'exceptionId' },
  'GET /api/bookings/available-slots': {
    expected: SIGNED_IN,
    query: ({ doctorId }) => `?doctor_id=${doctorId}&date=2026-03-02`,
  },
  'POST /api/bookings': {
    expected: created(SIGNED_IN),
    body: ({ doctorId }, turn) => ({
      doctor_id: doctorId,
      date: '2026-03-04',
      time: `${String(9 + turn).padStart(2, '0')}:00`,
    }),
  },
  'GET /api/bookings/me': { expected: SIGNED_IN },
  'GET /api/bookings/doctor': { expected: DOCTORS },
  // Before the booking changes: an email that is out of date cannot be retried.
  'GET /api/notifications': { expected: ADMINS },
  'POST /api/notifications/{id}/retry': { expected: ADMINS, id: 'deadNotificationId' },
  'PATCH /api/bookings/{id}': {
    expected: PATIENT_A,
    id: 'bookingId',
    body: () => ({ date: '2026-03-05', time: '11:30' }),
  },
  'DELETE /api/bookings/{id}': { expected: PATIENT_A, id: 'bookingId' },
};

// Actors without access come first: their attempts must leave everything unchanged for the owners, who come last.
const TURNS: readonly Actor[] = [
  'nobody',
  'disabled',
  'stale',
  'patientB',
  'doctorB',
  'admin',
  'doctorA',
  'patientA',
];
const UNKNOWN_ID = 4_294_967_295;

let clinic: Clinic;
let document: Document;
let people: Record<SignedIn, Person>;
let formerTokens: Record<'disabled' | 'stale', string>;
let resources: Resources;

beforeAll(async () => {
  clinic = await Clinic.open();
  document = await Document.of(clinic.client);
  const [doctorA, doctorB] = [await clinic.doctor(), await clinic.doctor()];
  people = {
    doctorA,
    doctorB,
    patientA: await clinic.patient(),
    patientB: await clinic.patient(),
    admin: await clinic.admin(),
  };
  resources = await createResources(doctorA, doctorB);
  const [disabled, stale] = [await clinic.admin(), await clinic.admin()];
  formerTokens = { disabled: disabled.token, stale: stale.token };
  await clinic.client.patch(`/api/users/${disabled.id}`, { disabled: true }, { token: people.admin.token });
  await clinic.client.post('/api/auth/logout-everywhere', undefined, { token: stale.token });
});

afterAll(() => clinic?.close());

async function createResources(doctorA: DoctorPerson, doctorB: DoctorPerson): Promise<Resources> {
  const { client } = clinic;
  const book = async (person: Person, { doctorId }: DoctorPerson) =>
    (
      await client.post(
        '/api/bookings',
        { doctor_id: doctorId, date: '2026-03-02', time: '09:00' },
        { token: person.token },
      )
    ).body.id!;
  const bookingId = await book(people.patientA, doctorA);
  await book(people.patientB, doctorB);
  const exception = { date: '2026-03-09', is_full_day: true };
  const [window] = (await client.get<{ id: number }[]>(`/api/availability/${doctorA.doctorId}`)).body;
  await clinic.query("UPDATE notifications SET state = 'dead' WHERE booking_id = ? AND kind = 'booked'", [
    bookingId,
  ]);
  const [dead] = await clinic.query<{ id: number }>("SELECT id FROM notifications WHERE state = 'dead'");
  return {
    bookingId,
    windowId: window!.id,
    exceptionId: (await client.post('/api/exceptions', exception, { token: doctorA.token })).body.id!,
    deadNotificationId: dead!.id,
    doctorId: doctorA.doctorId,
    newcomerId: (await clinic.person('doctor')).id,
    sessionId: await sessionOf(people.patientA),
  };
}

async function sessionOf({ email, password }: Person): Promise<number> {
  const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
  const sessions = await clinic.client.get<{ id: number; current: boolean }[]>('/api/auth/sessions', body);
  return sessions.body.find(({ current }) => current)!.id;
}

function row(
  nobody: number,
  patientA: number,
  patientB: number,
  doctorA: number,
  doctorB: number,
  admin: number,
): Row['expected'] {
  // A revoked token gets the same answer as none.
  return { nobody, disabled: nobody, stale: nobody, patientA, patientB, doctorA, doctorB, admin };
}

/** A new token for each call of a signed-in actor, because an earlier route may have revoked the last one. */
async function tokenOf(actor: Actor): Promise<string | undefined> {
  if (actor === 'nobody') return undefined;
  if (actor === 'disabled' || actor === 'stale') return formerTokens[actor];
  return clinic.app.get(TokenIssuer).issue(await clinic.app.get(AccountsService).get(people[actor].id));
}

async function call(
  route: string,
  actor: Actor,
  { turn = 0, id }: { turn?: number; id?: number } = {},
): Promise<Answer<unknown>> {
  const [method, path] = route.split(' ') as [string, string];
  const { body, query, id: resource } = MATRIX[route]!;
  const target =
    path.replace(/\{\w+\}/, String(id ?? (resource && resources[resource]))) + (query?.(resources) ?? '');
  return clinic.client.send(method, target, {
    token: await tokenOf(actor),
    body: body?.(resources, turn),
  });
}

test('every route of the server is in the table, documented or not, except the pages, which have their own tests', () => {
  const pages = /^[A-Z]+ \/(api\/docs|admin\/queues)/;
  const served = [...clinic.routes]
    .filter((route) => !route.startsWith('HEAD ') && !pages.test(route))
    // The methods of a path may name its parameter differently; the document has one name.
    .map((route) => route.replace(/:\w+/g, '{id}'));
  expect(served.sort()).toEqual(Object.keys(MATRIX).sort());
});

test('the table and the OpenAPI document have the same routes', () => {
  expect(Object.keys(MATRIX).sort()).toEqual(document.operations.map(({ name }) => name).sort());
});

describe('no GET changes state, for any actor', () => {
  test.each(Object.keys(MATRIX).filter((route) => route.startsWith('GET ')))('%s', async (route) => {
    const before = await databaseState(clinic);
    for (const actor of TURNS) await call(route, actor);
    expect(await databaseState(clinic)).toEqual(before);
  });
});

describe('another person’s id and an unknown id get the same answer, and the other’s data stays unchanged', () => {
  test.each([
    'PATCH /api/bookings/{id}',
    'DELETE /api/bookings/{id}',
    'DELETE /api/availability/{id}',
    'DELETE /api/exceptions/{id}',
    'DELETE /api/auth/sessions/{id}',
    'PATCH /api/users/{id}',
    'POST /api/notifications/{id}/retry',
  ])('%s', async (route) => {
    const before = await databaseState(clinic);
    for (const actor of TURNS.filter((actor) => MATRIX[route]!.expected[actor] !== 200)) {
      const [theirs, unknown] = [await call(route, actor), await call(route, actor, { id: UNKNOWN_ID })];
      expect(theirs.status).toBe(unknown.status);
      expect({ ...(theirs.body as object), request_id: '' }).toEqual({
        ...(unknown.body as object),
        request_id: '',
      });
    }
    expect(await databaseState(clinic)).toEqual(before);
  });
  test('another person’s booking as the `after` of a list', async () => {
    for (const [actor, path] of [
      ['patientB', '/api/bookings/me'],
      ['doctorB', '/api/bookings/doctor'],
    ] as const) {
      const { token } = people[actor];
      const theirs = await clinic.client.get(`${path}?include_cancelled=true&after=${resources.bookingId}`, {
        token,
      });
      const unknown = await clinic.client.get(`${path}?include_cancelled=true&after=${UNKNOWN_ID}`, {
        token,
      });
      expect([theirs.status, unknown.status]).toEqual([400, 400]);
      expect({ ...theirs.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
    }
  });
});

test('nobody sees the bookings of others', async () => {
  const ids = async (actor: SignedIn, path: string) =>
    (await clinic.client.get<{ id: number }[]>(path, { token: people[actor].token })).body.map(
      ({ id }) => id,
    );
  expect(await ids('patientA', '/api/bookings/me')).toEqual([resources.bookingId]);
  expect(await ids('doctorA', '/api/bookings/doctor')).toEqual([resources.bookingId]);
  for (const [actor, path] of [
    ['patientB', '/api/bookings/me'],
    ['doctorB', '/api/bookings/doctor'],
  ] as const) {
    const seen = await ids(actor, path);
    expect(seen).toHaveLength(1);
    expect(seen).not.toContain(resources.bookingId);
  }
  expect(await ids('admin', '/api/bookings/me')).toEqual([]);
});

test('nobody can book for another person', async () => {
  const appointment = {
    doctor_id: resources.doctorId,
    date: '2026-03-05',
    time: '10:00',
    user_id: people.patientA.id,
  };
  for (const actor of ['patientB', 'doctorA', 'admin'] as const)
    expect(
      (await clinic.client.post('/api/bookings', appointment, { token: people[actor].token })).status,
    ).toBe(400);
});

describe('each actor gets the expected status, and the document lists it', () => {
  test.each(Object.keys(MATRIX))('%s', async (route) => {
    const { expected } = MATRIX[route]!;
    const answered: Partial<Record<Actor, number>> = {};
    for (const [turn, actor] of TURNS.entries())
      answered[actor] = (await call(route, actor, { turn })).status;
    expect(answered).toEqual(expected);
    const operation = document.operations.find(({ name }) => name === route);
    expect(Object.keys(operation!.responses)).toEqual(
      expect.arrayContaining([...new Set(Object.values(expected))].map(String)),
    );
  });
});
