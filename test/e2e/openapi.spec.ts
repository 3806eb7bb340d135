import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccountsService } from '../../src/auth/accounts/accounts.service.js';
import { AppointmentTypesService } from '../../src/appointment-types/appointment-types.service.js';
import { DoctorTypesService } from '../../src/appointment-types/doctor-types.service.js';
import { AvailabilityService } from '../../src/availability/availability.service.js';
import { BookingsService } from '../../src/bookings/bookings.service.js';
import { ClinicService } from '../../src/clinic/clinic.service.js';
import { DOCTOR_PASSWORD, PATIENT_PASSWORD } from '../../src/demo/clinic.js';
import { DemoPeopleSeeder } from '../../src/demo/demo-people.seeder.js';
import { DemoTypesSeeder } from '../../src/demo/demo-types.seeder.js';
import { DemoSeeder } from '../../src/demo/demo.seeder.js';
import { DoctorsService } from '../../src/doctors/doctors.service.js';
import { NewPatients } from '../../src/patients/new-patients.service.js';
import { PatientsService } from '../../src/patients/patients.service.js';
import { Clinic } from '../support/clinic.js';
import { Document, type Operation, type Schema } from '../support/openapi.js';

const ADMIN = { ADMIN_EMAIL: 'admin@clinica.example', ADMIN_PASSWORD: 'demo-admin-password' };

let clinic: Clinic;
let document: Document;

beforeAll(async () => {
  // Like the demo: the first admin, then the demo clinic.
  clinic = await Clinic.open({ env: ADMIN });
  document = await Document.of(clinic.client);
  const { app, dataSource, clock } = clinic;
  const accounts = app.get(AccountsService);
  const people = new DemoPeopleSeeder(
    accounts,
    app.get(ClinicService),
    app.get(PatientsService),
    app.get(NewPatients),
  );
  await new DemoSeeder(
    dataSource,
    people,
    new DemoTypesSeeder(
      app.get(AppointmentTypesService),
      app.get(DoctorTypesService),
      app.get(DoctorsService),
    ),
    accounts,
    app.get(DoctorsService),
    app.get(AvailabilityService),
    app.get(BookingsService),
    clock,
  ).seed();
});

afterAll(() => clinic?.close());

/** The names of all operations that fail a check. */
function failing(holds: (operation: Operation) => boolean): string[] {
  return document.operations.filter((operation) => !holds(operation)).map(({ name }) => name);
}

const statuses = ({ responses }: Operation) => Object.keys(responses).map(Number);
const problems = (operation: Operation) => statuses(operation).filter((status) => status >= 400);

describe('the document at /api/docs-json has every route with every status', () => {
  test('each route has one success status, and every response has content', () => {
    expect(failing((operation) => statuses(operation).filter((status) => status < 300).length === 1)).toEqual(
      [],
    );
    expect(
      failing(({ responses }) => Object.values(responses).every(({ content }) => content !== undefined)),
    ).toEqual([]);
  });
  test('each route has a summary and one tag', () => {
    expect(failing(({ summary, tags }) => (summary ?? '') !== '' && tags?.length === 1)).toEqual([]);
  });
  test('each route that reads a body, a path or a query names 400', () => {
    const reads = ({ requestBody, parameters = [] }: Operation) =>
      requestBody !== undefined || parameters.length > 0;
    expect(failing((operation) => !reads(operation) || problems(operation).includes(400))).toEqual([]);
  });
  test('an override must have rules and a reason', () => {
    for (const name of ['BookDto', 'RescheduleDto'])
      expect(document.schemas[name]!.properties!.override!.required).toEqual(['rules', 'reason']);
    expect(document.schemas.RescheduleDto!.required).toBeUndefined();
  });
  test('409 is described by what the route refuses with it', () => {
    const described = (id: string) =>
      document.operations.find(({ operationId }) => operationId === id)!.responses['409']!.description;
    const inProgress = 'or one with this Idempotency-Key is still in progress.';
    expect(described('createPatient')).toContain(`${inProgress} With \`POSSIBLE_DUPLICATE\`, \`candidates\``);
    expect(described('bookAppointment')?.endsWith(inProgress)).toBe(true);
  });
  test('each route that reads a body names 413 and 415', () => {
    const complete = (operation: Operation) =>
      [413, 415].every((status) => problems(operation).includes(status));
    expect(failing((operation) => operation.requestBody === undefined || complete(operation))).toEqual([]);
  });
  test('each route of the API names 429 and 503', () => {
    const complete = (operation: Operation) =>
      [429, 503].every((status) => problems(operation).includes(status));
    expect(failing((operation) => operation.path.startsWith('/health') || complete(operation))).toEqual([]);
  });
  test('each error is application/problem+json', () => {
    const isProblem = (operation: Operation) =>
      problems(operation).every((status) => {
        const schema = operation.responses[status]?.content?.['application/problem+json']?.schema;
        return schema?.$ref === '#/components/schemas/ProblemDto';
      });
    expect(failing((operation) => operation.path.startsWith('/health') || isProblem(operation))).toEqual([]);
  });
});

describe('schemas are not empty', () => {
  test('each has properties, each property has a type, and each reference resolves', () => {
    expect(Object.keys(document.schemas).length).toBeGreaterThan(15);
    for (const [name, schema] of Object.entries(document.schemas)) {
      if (schema.enum) continue;
      expect(Object.keys(schema.properties ?? {}), name).not.toEqual([]);
      for (const [property, described] of Object.entries(schema.properties!))
        expectDescribed(described, `${name}.${property}`);
    }
    for (const { name, parameters = [], requestBody, responses } of document.operations) {
      for (const { schema } of parameters) expectDescribed(schema!, name);
      for (const part of [requestBody, ...Object.values(responses)])
        for (const { schema } of Object.values(part?.content ?? {})) expectDescribed(schema!, name);
    }
  });
  test('the problem schema has all members, those of some codes included', () => {
    const { properties } = document.schemas.ProblemDto!;
    expect(Object.keys(properties!).sort()).toEqual([
      'allowed',
      'candidates',
      'code',
      'detail',
      'error',
      'errors',
      'merged_into',
      'request_id',
      'status',
      'title',
      'type',
      'violations',
    ]);
  });
});

function expectDescribed(schema: Schema, where: string): void {
  const { type, properties, items, allOf, oneOf, enum: choices } = document.resolve(schema);
  expect(type ?? properties ?? allOf ?? oneOf ?? choices, where).toBeDefined();
  if (type === 'array') expectDescribed(items!, where);
}

describe('Authorize with a token', () => {
  test('the scheme is bearer', () => {
    expect(document.securitySchemes).toEqual({
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    });
  });
  test('a route declares it exactly if the API requires a token', async () => {
    for (const { name, method, path, security } of document.operations) {
      const { status } = await clinic.client.send(method, path.replaceAll(/\{\w+\}/g, '1'), {});
      expect(security, name).toEqual(status === 401 ? [{ bearer: [] }] : []);
    }
  });
});

describe('the examples work on the demo clinic', () => {
  /** Sends exactly the request that the document shows. */
  async function tryOut(operation: Operation, token: string | undefined) {
    const given = (where: string) =>
      (operation.parameters ?? [])
        .filter((parameter) => parameter.in === where)
        .map(({ name, schema, example }) => [name, String(example ?? schema?.example)] as const)
        .filter(([, example]) => example !== 'undefined');
    const path = given('path').reduce(
      (text, [name, example]) => text.replace(`{${name}}`, example),
      operation.path,
    );
    const query = new URLSearchParams(Object.fromEntries(given('query'))).toString();
    const schema = operation.requestBody?.content['application/json']?.schema;
    return clinic.client.send<unknown>(operation.method, query === '' ? path : `${path}?${query}`, {
      token,
      body: schema && operation.requestBody.content['application/json']!.example,
    });
  }

  async function logIn(email: string, password: string): Promise<string> {
    const { body } = await clinic.client.post<{ token: string }>('/api/auth/login', { email, password });
    return body.token;
  }

  const WORKING_EXAMPLES: readonly (readonly [as: string, routes: readonly string[]])[] = [
    ['nobody', ['GET /health/live', 'GET /health/ready', 'POST /api/auth/login', 'POST /api/auth/register']],
    ['nobody', ['GET /api/clinic', 'GET /api/doctors/public', 'GET /api/availability/{id}']],
    ['nobody', ['GET /api/appointment-types']],
    ['admin', ['POST /api/appointment-types']],
    [
      'patient',
      ['GET /api/auth/me', 'PATCH /api/auth/me', 'GET /api/bookings/available-slots', 'POST /api/bookings'],
    ],
    ['admin', ['GET /api/notifications', 'GET /api/bookings', 'GET /api/desk/day']],
    ['patient', ['POST /api/patients', 'GET /api/patients/mine']],
    ['admin', ['GET /api/patients']],
    ['patient', ['GET /api/availability/search', 'GET /api/availability/next']],
    ['patient', ['GET /api/bookings/me']],
    ['patient', ['GET /api/availability/explain']],
    ['doctor', ['GET /api/doctors/me', 'GET /api/bookings/doctor', 'GET /api/availability/me']],
    ['doctor', ['POST /api/availability']],
    ['doctor', ['POST /api/exceptions', 'GET /api/exceptions/me']],
    [
      'admin',
      [
        'GET /api/integrity',
        'GET /api/audit',
        'GET /api/doctors',
        'GET /api/exceptions',
        'PATCH /api/clinic',
        'GET /api/users',
        'POST /api/users',
        'POST /api/doctors',
      ],
    ],
    [
      'nobody',
      ['POST /api/auth/logout', 'POST /api/auth/password/forgot', 'POST /api/auth/verify-email/send'],
    ],
    ['doctor', ['GET /api/auth/sessions', 'POST /api/auth/logout-everywhere']],
  ];

  /** Their examples cannot contain a valid secret. */
  const NEED_A_SECRET = [
    'POST /api/auth/refresh',
    'POST /api/auth/password/reset',
    'POST /api/auth/verify-email',
    'POST /api/auth/invitation',
    'POST /api/auth/change-email',
    'POST /api/auth/not-me',
    'POST /api/auth/second-factor/confirm',
    'POST /api/auth/second-factor',
    'POST /api/auth/me/export',
  ];

  /** Their examples change nothing: the reader must first put in an id or a value. */
  const HARMLESS: readonly (readonly [as: string, route: string])[] = [
    ['patient', 'DELETE /api/auth/second-factor'],
    ['patient', 'DELETE /api/auth/sessions/{id}'],
    ['admin', 'GET /api/bookings/{id}'],
    ['admin', 'GET /api/bookings/{id}/events'],
    ['patient', 'PATCH /api/bookings/{id}'],
    ['patient', 'DELETE /api/bookings/{id}'],
    ['patient', 'POST /api/bookings/{id}/cancel'],
    ['doctor', 'POST /api/bookings/{id}/status'],
    ['patient', 'GET /api/patients/{id}'],
    ['patient', 'PATCH /api/patients/{id}'],
    ['admin', 'GET /api/patients/{id}/export'],
    ['admin', 'POST /api/patients/{id}/invitation'],
    ['admin', 'POST /api/patients/{id}/merge'],
    ['admin', 'DELETE /api/patients/{id}'],
    ['patient', 'POST /api/auth/password'],
    ['patient', 'DELETE /api/auth/me'],
    ['doctor', 'DELETE /api/auth/me'],
    ['admin', 'DELETE /api/auth/me'],
    ['doctor', 'DELETE /api/availability/{id}'],
    ['doctor', 'DELETE /api/exceptions/{id}'],
    ['admin', 'PATCH /api/users/{id}'],
    ['admin', 'GET /api/doctors/{id}'],
    ['admin', 'PATCH /api/doctors/{id}'],
    ['admin', 'GET /api/doctors/{id}/types'],
    ['admin', 'PUT /api/doctors/{id}/types'],
    ['admin', 'PATCH /api/appointment-types/{id}'],
    ['admin', 'POST /api/notifications/{id}/retry'],
  ];

  test('every route is in one of the lists', () => {
    expect(
      [
        ...WORKING_EXAMPLES.flatMap(([, routes]) => routes),
        ...NEED_A_SECRET,
        ...new Set(HARMLESS.map(([, route]) => route)),
      ].sort(),
    ).toEqual(document.operations.map(({ name }) => name).sort());
  });

  test('the example for slots returns the time of the booking example', async () => {
    const token = await logIn('regular@clinica.example', PATIENT_PASSWORD);
    const find = (route: string) => document.operations.find(({ name }) => name === route)!;
    const slots = await tryOut(find('GET /api/bookings/available-slots'), token);
    const schema = find('POST /api/bookings').requestBody!.content['application/json']!.schema!;
    expect(slots.body).toContain((document.example(schema) as { time: string }).time);
  });

  test('the harmless examples change nothing as they stand', async () => {
    const tokens: Record<string, string> = {
      patient: await logIn('patient@clinica.example', PATIENT_PASSWORD),
      doctor: await logIn('doctor@clinica.example', DOCTOR_PASSWORD),
      admin: await logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD),
    };
    for (const [actor, route] of HARMLESS) {
      const { status } = await tryOut(
        document.operations.find(({ name }) => name === route)!,
        tokens[actor],
      );
      expect([400, 404], `${route}: ${status}`).toContain(status);
    }
    const shown = document.operations.filter(({ method }) => method !== 'GET');
    for (const { name, requestBody } of shown.filter(({ name }) => name !== 'POST /api/auth/login'))
      expect(JSON.stringify(requestBody ?? {}), name).not.toMatch(/demo-\w+-password/);
  });

  test('each working example gets its success status and the fields of its schema', async () => {
    const tokens: Record<string, string | undefined> = {
      patient: await logIn('patient@clinica.example', PATIENT_PASSWORD),
      doctor: await logIn('doctor@clinica.example', DOCTOR_PASSWORD),
      admin: await logIn(ADMIN.ADMIN_EMAIL, ADMIN.ADMIN_PASSWORD),
    };
    await clinic.query("UPDATE notifications SET state = 'dead' WHERE id = 1");
    for (const [actor, routes] of WORKING_EXAMPLES) {
      for (const route of routes) {
        const operation = document.operations.find(({ name }) => name === route)!;
        const { status, body } = await tryOut(operation, tokens[actor]);
        expect(`${status} ${JSON.stringify(body)}`, route).toMatch(new RegExp(`^${statuses(operation)[0]} `));
        const { schema, example } = operation.responses[status]!.content!['application/json']!;
        expectShape(body, schema!, route);
        if (schema!.$ref?.endsWith('/MessageDto')) expect(body, route).toEqual(example);
      }
    }
  });
});

/** Checks that a response has exactly the fields of its schema, with values of their types. */
function expectShape(value: unknown, reference: Schema, where: string): void {
  const schema = document.resolve(reference);
  if (value === null) return expect(schema.nullable, where).toBe(true);
  if (schema.type === 'array') {
    expect(Array.isArray(value), where).toBe(true);
    for (const item of value as unknown[]) expectShape(item, schema.items!, where);
  } else if (schema.properties) {
    const [present, declared] = [Object.keys(value as object), Object.keys(schema.properties)];
    expect(declared, where).toEqual(expect.arrayContaining(present));
    expect(present, where).toEqual(expect.arrayContaining([...(schema.required ?? [])]));
    for (const [name, property] of Object.entries(schema.properties))
      if (present.includes(name))
        expectShape((value as Record<string, unknown>)[name], property, `${where} ${name}`);
  } else {
    if (schema.type !== undefined) expect(typeof value, where).toBe(schema.type.replace('integer', 'number'));
    if (schema.enum) expect(schema.enum, where).toContain(value);
  }
}
