import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../support/client.js';
import { Clinic, type Person } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { expectProblem } from '../support/problems.js';
import { startWorker } from '../support/worker.js';

const EMAIL = 'Helena.Costa@north-coast.example';
const GOOD = 'seven herons at dusk';
const GUESSABLE = [
  ['the address', 'helena.costa@north-coast.example'],
  ['part of the address with digits', 'Helena2024'],
  ['its parts in reverse order', 'COSTA_helena!'],
  ['its parts with substituted characters', 'h3l3n4c0st4'],
  ['its domain', 'north-coast'],
  ['the clinic’s name with digits', 'TestClinic2027'],
  ['the clinic’s name with digits and punctuation', 'Test-Clinic-2027-!?'],
  ['its parts with accents', 'hélenacósta'],
  ['the clinic’s name with accents', 'TéstClínic2027'],
  ['the city of the clinic’s time zone', 'Yekaterinburg-84!'],
  ['a common Spanish password', 'Contraseña1'],
  ['a word of the field with a year', 'Consulta2026'],
  ['a keyboard row of another layout', 'йцукен12'],
  ['a password of the demo', 'demo-admin-password'],
  ['a password of the demo with digits', 'Demo-Patient-Password-1'],
  ['a sample password', 'change-me'],
] as const;

let mailbox: Mailbox;
let clinic: Clinic;
let worker: INestApplicationContext;
let admin: Person;
let owner: Person;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  clinic = await Clinic.open({
    env: {
      SMTP_URL: mailbox.url,
      FRONT_END_URL: 'https://clinic.example',
      CLINIC_TIMEZONE: 'Asia/Yekaterinburg',
    },
  });
  worker = await startWorker(clinic.environment, clinic.clock);
  admin = await clinic.admin();
  const { body } = await clinic.client.post('/api/auth/register', { email: EMAIL, password: GOOD });
  const session = await clinic.client.post<{ token: string }>('/api/auth/login', {
    email: EMAIL,
    password: GOOD,
  });
  owner = { id: body.id!, email: EMAIL.toLowerCase(), password: GOOD, token: session.body.token };
});

afterAll(async () => {
  await worker?.close();
  await clinic?.close();
  await mailbox?.close();
});

const codeTo = (email: string, page: string) => mailbox.codeTo(email, page);

/** Each way to set a password, always for an account whose address has the parts of `EMAIL`. */
const ways: readonly (readonly [
  string,
  string,
  () => Promise<(password: string) => Promise<Answer<unknown>>>,
])[] = [
  [
    'registering',
    'password',
    () =>
      Promise.resolve((password) =>
        clinic.client.post('/api/auth/register', { email: EMAIL.replace('Costa', 'costa.x'), password }),
      ),
  ],
  [
    'an admin who creates the account',
    'password',
    () =>
      Promise.resolve((password) =>
        clinic.client.post(
          '/api/users',
          { email: EMAIL.replace('Costa', 'costa.y'), password, role: 'user' },
          admin,
        ),
      ),
  ],
  [
    'changing it',
    'new_password',
    () =>
      Promise.resolve((new_password) =>
        clinic.client.post('/api/auth/password', { old_password: owner.password, new_password }, owner),
      ),
  ],
  [
    'a reset',
    'new_password',
    async () => {
      await clinic.client.post('/api/auth/password/forgot', { email: EMAIL });
      const token = await codeTo(owner.email, 'reset-password');
      return (new_password) => clinic.client.post('/api/auth/password/reset', { token, new_password });
    },
  ],
  [
    'an invitation',
    'password',
    async () => {
      const email = EMAIL.toLowerCase().replace('costa', 'costa.z');
      await clinic.client.post('/api/users', { email, role: 'user' }, admin);
      const token = await codeTo(email, 'invitation');
      return (password) => clinic.client.post('/api/auth/invitation', { token, password });
    },
  ],
];

describe.each(ways)('through %s', (_, field, prepare) => {
  test('a password that can be guessed from the address is refused like a common one', async () => {
    const set = await prepare();
    const message = `${field} must have 8 to 256 characters and not be one of the most common passwords`;
    for (const [what, password] of [['one of the most common', 'password'], ...GUESSABLE]) {
      const problem = expectProblem(await set(password), { status: 400, code: 'VALIDATION_FAILED' });
      expect(problem.errors, what).toEqual([{ field, message }]);
      expect(problem.detail).toBe(message);
    }
    expect((await set('nueve nutrias bajo el puente, and a heron above it')).status).toBeLessThan(300);
  });
});

describe('a common password together with other errors', () => {
  const message = (field: string) =>
    `${field} must have 8 to 256 characters and not be one of the most common passwords`;

  test.each<[string, string, string, object]>([
    ['registering', '/api/auth/register', 'password', { email: 'no address', password: 'password1' }],
    [
      'registering with an unknown field',
      '/api/auth/register',
      'password',
      { email: EMAIL, password: 'Helena2024', role: 'admin' },
    ],
    ['a reset', '/api/auth/password/reset', 'new_password', { token: '?', new_password: 'password1' }],
    ['an invitation', '/api/auth/invitation', 'password', { token: 7, password: 'password1' }],
    ['changing it', '/api/auth/password', 'new_password', { old_password: 7, new_password: 'password1' }],
    ['an admin who creates the account', '/api/users', 'password', { email: EMAIL, password: 'password1' }],
  ])('is reported with them in one answer: %s', async (_, path, field, body) => {
    const problem = expectProblem(await clinic.client.post(path, body, admin), {
      status: 400,
      code: 'VALIDATION_FAILED',
    });
    expect(problem.errors).toHaveLength(2);
    expect(problem.errors).toContainEqual({ field, message: message(field) });
    expect(problem.detail).toContain(message(field));
  });

  test('a malformed password is reported once, and a valid one not at all', async () => {
    for (const [password, fields] of [
      ['short', ['email', 'password']],
      [GOOD, ['email']],
    ] as const) {
      const answer = await clinic.client.post('/api/auth/register', { email: 'no address', password });
      expect(expectProblem(answer, { status: 400 }).errors?.map(({ field }) => field)).toEqual(fields);
    }
  });
});
