import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { TokenIssuer } from '../../src/auth/sessions/token.js';
import type { Answer } from '../support/client.js';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';
import { Document } from '../support/openapi.js';
import { type Actor, MATRIX, type Resources, type SignedIn } from './access-matrix.js';

// Actors without access come first: their attempts must leave everything unchanged for the owners, who come last.
const TURNS: readonly Actor[] = [
  'nobody',
  'disabled',
  'stale',
  'patientB',
  'doctorB',
  'staff',
  'admin',
  'doctorA',
  'patientA',
];
const HOURS = /^DELETE \/api\/(availability|exceptions)/;
const MAY_DELETE_HOURS: ReadonlySet<Actor> = new Set<Actor>(['staff', 'admin', 'doctorA']);
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
    staff: await clinic.staff(),
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
    unknownId: UNKNOWN_ID,
    typeId: await createType(people.admin),
    patientId: (await client.get<{ id: number }[]>('/api/patients/mine', people.patientA)).body[0]!.id,
  };
}

async function createType({ token }: Person): Promise<number> {
  const type = { code: 'matrix', name: 'Matrix', duration: 30 };
  return (await clinic.client.post('/api/appointment-types', type, { token })).body.id!;
}

async function sessionOf({ email, password }: Person): Promise<number> {
  const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
  const sessions = await clinic.client.get<{ id: number; current: boolean }[]>('/api/auth/sessions', body);
  return sessions.body.find(({ current }) => current)!.id;
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
    body: body?.(resources, turn, people, actor),
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
    'GET /api/patients/{id}',
    'PATCH /api/patients/{id}',
    'PATCH /api/users/{id}',
    'POST /api/notifications/{id}/retry',
  ])('%s', async (route) => {
    const before = await databaseState(clinic);
    // The desk may delete the hours of all doctors, and doctor A owns these.
    const strangers = TURNS.filter((actor) => !(HOURS.test(route) && MAY_DELETE_HOURS.has(actor)));
    for (const actor of strangers.filter((actor) => MATRIX[route]!.expected[actor] !== 200)) {
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
  for (const actor of ['patientB', 'doctorA', 'staff', 'admin'] as const)
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
