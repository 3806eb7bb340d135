import { STATUS_CODES } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/errors/error-codes.js';
import { EXAMPLE_BIRTH_DATE } from '../../src/time/example-date.js';
import { Clinic } from '../support/clinic.js';
import { Document, type Operation, type Schema } from '../support/openapi.js';

let clinic: Clinic;
let document: Document;
let json: {
  servers: object[];
  tags: { name: string; description: string }[];
  info: { license: object };
  paths: Record<string, object>;
};

beforeAll(async () => {
  clinic = await Clinic.open();
  document = await Document.of(clinic.client);
  json = (await clinic.client.get<typeof json>('/api/docs-json')).body;
});

afterAll(() => clinic?.close());

/** A schema and all schemas in it or behind its references, each with its path. */
function* schemasIn(schema: Schema, where: string, seen = new Set<Schema>()): Generator<[string, Schema]> {
  const resolved = document.resolve(schema);
  if (seen.has(resolved)) return;
  yield [where, resolved];
  const inside = new Set(seen).add(resolved);
  for (const [name, property] of Object.entries(resolved.properties ?? {}))
    yield* schemasIn(property, `${where}.${name}`, inside);
  for (const part of [resolved.items, ...(resolved.allOf ?? []), ...(resolved.oneOf ?? [])])
    if (part) yield* schemasIn(part, where, inside);
}

const bodyOf = ({ requestBody }: Operation): Schema | undefined =>
  requestBody?.content['application/json']?.schema;

/** Every schema of the parameters, bodies and responses. */
function* everySchema(): Generator<[string, Schema]> {
  for (const operation of document.operations) {
    const { name, parameters = [], responses } = operation;
    for (const { name: parameter, schema } of parameters) yield* schemasIn(schema!, `${name} ${parameter}`);
    const body = bodyOf(operation);
    if (body) yield* schemasIn(body, `${name} body`);
    for (const [status, { content = {} }] of Object.entries(responses))
      for (const { schema } of Object.values(content)) yield* schemasIn(schema!, `${name} ${status}`);
  }
}

const failing = (holds: (schema: Schema, where: string) => boolean): string[] =>
  [...everySchema()].filter(([where, schema]) => !holds(schema, where)).map(([where]) => where);

describe('values', () => {
  test('the body of a PATCH has no default at any depth, because generated clients would fill it in', () => {
    const patches = document.operations.filter(({ method }) => method === 'PATCH');
    expect(patches.length).toBeGreaterThan(2);
    for (const operation of patches)
      for (const [where, schema] of schemasIn(bodyOf(operation)!, operation.name))
        expect(schema, where).not.toHaveProperty('default');
  });
  test('what may be null has a type beside it, without which nullable has no effect', () => {
    expect(failing(({ nullable, type }) => !nullable || type !== undefined)).toEqual([]);
  });
  test('all numbers are integers with bounds', () => {
    expect(failing(({ type }) => type !== 'number')).toEqual([]);
    const isBounded = ({ minimum, maximum }: Schema) => minimum !== undefined && maximum !== undefined;
    expect(failing((schema) => schema.type !== 'integer' || isBounded(schema))).toEqual([]);
  });
  test('dates and times have a pattern that matches their example, instants a format', () => {
    const ofTime = /[ ._](date|from|to|time|start_time|end_time|after_start)$/;
    // `from` of a resolved value is no date, but one of three places.
    const isDated = ({ type, enum: choices }: Schema) => type === 'string' && choices === undefined;
    expect(
      failing((schema, where) => !ofTime.test(where) || !isDated(schema) || schema.pattern !== undefined),
    ).toEqual([]);
    const fits = ({ pattern, example, nullable }: Schema) =>
      pattern === undefined ||
      example === undefined ||
      (nullable === true && example === null) ||
      new RegExp(pattern, 'u').test(example as string);
    expect(failing(fits)).toEqual([]);
    expect(failing(({ format }, where) => !/_at$/.test(where) || format === 'date-time')).toEqual([]);
  });
});

describe('errors', () => {
  const problems = () =>
    document.operations.flatMap(({ name, responses }) =>
      Object.entries(responses)
        .map(([status, response]) => ({ name, status: Number(status), response }))
        .filter(({ response }) => response.content?.['application/problem+json']),
    );

  test('each has examples with its status and a code', () => {
    expect(problems().length).toBeGreaterThan(200);
    for (const { name, status, response } of problems()) {
      const { examples = {} } = response.content!['application/problem+json']!;
      expect(Object.keys(examples), `${name} ${status}`).not.toEqual([]);
      for (const [code, { value }] of Object.entries(examples)) {
        const { detail } = value as { detail: string };
        expect(value, `${name} ${status}`).toMatchObject({
          status,
          code,
          title: STATUS_CODES[status],
          error: detail,
        });
        expect(Object.keys(ERROR_CODES)).toContain(code);
      }
    }
  });
  test('no description repeats a sentence, and no operation repeats its security', () => {
    for (const { name, responses, security = [] } of document.operations) {
      for (const { description } of Object.values(responses)) {
        const sentences = description!.split(/(?<=[.;])\s+/);
        expect(new Set(sentences).size, `${name}: ${description}`).toBe(sentences.length);
        expect(description, name).not.toBe('');
      }
      expect(security.length, name).toBeLessThan(2);
    }
  });
  test('the document has an enum of all codes', () => {
    expect(document.schemas.ErrorCode!.enum).toEqual(Object.keys(ERROR_CODES).sort());
  });
  test('an admin without a required second factor gets 403 only where the document lists it', async () => {
    const strict = await Clinic.open({ env: { ADMIN_SECOND_FACTOR_REQUIRED: 'true' } });
    try {
      const { token } = await strict.admin();
      for (const { name, method, path, responses } of document.operations) {
        const url = path.replaceAll(/\{\w+\}/g, '1');
        const { status, body } = await strict.client.send(method, url, {
          token,
          body: method === 'GET' ? undefined : {},
        });
        if (status !== 403) continue;
        const examples = responses[403]?.content?.['application/problem+json']?.examples ?? {};
        expect(Object.keys(examples), name).toContain(body.code);
      }
    } finally {
      await strict.close();
    }
  });
});

describe('messages', () => {
  test('only the cancelling operation answers that a booking was cancelled', () => {
    const cancelling = document.operations.filter(({ responses }) =>
      JSON.stringify(responses).includes('Booking cancelled successfully'),
    );
    expect(cancelling.map(({ name }) => name)).toEqual(['DELETE /api/bookings/{id}']);
    expect(JSON.stringify(document.schemas)).not.toContain('Booking cancelled successfully');
  });
});

describe('names and headings', () => {
  test('operations have unique, readable names', () => {
    const ids = document.operations.map(({ operationId }) => operationId!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+[a-zA-Z]*$/);
    expect(ids).toEqual(
      expect.arrayContaining([
        'bookAppointment',
        'listMyBookings',
        'rescheduleBooking',
        'cancelBooking',
        'logIn',
      ]),
    );
    expect(ids.join()).not.toMatch(/controller/i);
  });
  test('tags are declared with descriptions, and all are used', () => {
    const used = new Set(document.operations.flatMap(({ tags }) => tags!));
    expect(json.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
    for (const { name, description } of json.tags) expect(description, name).toMatch(/\w{3,} /);
    expect(json.tags.slice(0, 3).map(({ name }) => name)).toEqual(['Log-in', 'Doctors', 'Bookings']);
  });
  test('server and licence are named', () => {
    expect(json.servers).toEqual([{ url: '/', description: expect.any(String) as string }]);
    expect(json.info.license).toMatchObject({ name: 'MIT', url: expect.stringMatching(/^https:/) as string });
  });
  test('no two paths differ only in the name of a parameter', () => {
    const shapes = Object.keys(json.paths).map((path) => path.replaceAll(/\{\w+\}/g, '{}'));
    expect(new Set(shapes).size).toBe(shapes.length);
    expect(Object.keys(json.paths['/api/availability/{id}']!).sort()).toEqual(['delete', 'get']);
  });
});

describe('headers of responses', () => {
  const declared = (operation: Operation, status: number) =>
    Object.keys(operation.responses[status]?.headers ?? {});

  test('each response declares its headers', () => {
    for (const operation of document.operations) {
      for (const status of Object.keys(operation.responses).map(Number)) {
        const names = declared(operation, status);
        const where = `${operation.name} ${status}`;
        expect(names, where).toContain('X-Request-Id');
        const isHealth = operation.path.startsWith('/health');
        if (status === 429 || (status === 503 && !isHealth)) expect(names, where).toContain('Retry-After');
        if (status === 401) expect(names, where).toContain('WWW-Authenticate');
      }
    }
    const find = (name: string) => document.operations.find((operation) => operation.name === name)!;
    expect(declared(find('GET /api/bookings/me'), 200)).toContain('Link');
    expect(declared(find('POST /api/bookings'), 201)).toContain('Idempotency-Replayed');
  });
  test('a 401 has the declared header', async () => {
    const { headers } = await clinic.client.get('/api/bookings/me');
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

describe('examples of dates', () => {
  const dates = async () => {
    const { body } = await clinic.client.get<object>('/api/docs-json');
    const all = JSON.stringify(body).match(/\b\d{4}-\d{2}-\d{2}\b/g) ?? [];
    return all.filter((date) => date !== EXAMPLE_BIRTH_DATE);
  };

  test('stay in the future while the process runs', async () => {
    for (const days of [0, 200, 4_000]) {
      clinic.clock.advance({ days });
      const today = new Date(clinic.clock.now()).toISOString().slice(0, 10);
      const shown = await dates();
      expect(shown.length).toBeGreaterThan(5);
      expect(shown.filter((date) => date <= today)).toEqual([]);
    }
  });
  test('have the offset that is in force on that date', async () => {
    clinic.clock.set('2031-06-01T10:00:00Z');
    const example = document.schemas.BookingDto!.properties!.timezone!.example;
    expect(example).toBe('Europe/Madrid');
    const { schemas } = await Document.of(clinic.client);
    expect(schemas.BookingDto!.properties!.starts_at!.example).toMatch(/T10:00:00\+02:00$/);
  });
});

test('each write that judges If-Match declares the header and 412, and no other route does', () => {
  const isDeclaring = ({ parameters = [] }: Operation) => parameters.some(({ name }) => name === 'If-Match');
  const names = (found: readonly Operation[]) => found.map(({ name }) => name).sort();
  const declaring = document.operations.filter(isDeclaring);
  expect(names(declaring)).toEqual(names(document.operations.filter(({ responses }) => 412 in responses)));
  for (const { parameters } of declaring)
    expect(parameters!.find(({ name }) => name === 'If-Match')!.required).toBe(false);
});
