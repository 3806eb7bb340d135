import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PersonWithSecondFactor, withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem, invalidFields } from '../support/problems.js';
import { withSettings } from '../support/with-settings.js';

const PASSWORD_REQUIRED = { status: 400, code: 'PASSWORD_REQUIRED' };
const WRONG_PASSWORD = { status: 400, code: 'WRONG_PASSWORD' };
const CODE_REQUIRED = { status: 400, code: 'SECOND_FACTOR_REQUIRED' };
const WRONG_CODE = { status: 400, code: 'SECOND_FACTOR_WRONG' };

let clinic: Clinic;
let admin: Person;
let careful: PersonWithSecondFactor;
let target: Person;
let accounts = 0;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
  careful = await withSecondFactor(clinic, await clinic.admin());
});

beforeEach(async () => {
  target = await clinic.patient();
});

afterAll(() => clinic?.close());

interface ManagedAccount {
  readonly id: number;
  readonly role: string;
  readonly disabled: boolean;
  readonly second_factor: boolean;
}

const change = (actor: Person, id: number, body: object) =>
  clinic.client.patch<ManagedAccount>(`/api/users/${id}`, body, actor);
const open = (actor: Person, more: object, key?: string) =>
  clinic.client.post(
    '/api/users',
    { email: `opened${(accounts += 1)}@people.example`, role: 'admin', password: 'long enough', ...more },
    { token: actor.token, headers: key === undefined ? {} : { 'idempotency-key': key } },
  );
const rowOf = async (id: number) =>
  (
    await clinic.query<{ role: string; factor: number }>(
      'SELECT role, second_factor_since IS NOT NULL AS factor FROM accounts WHERE id = ?',
      [id],
    )
  )[0]!;

const privilegedActions: readonly (readonly [
  string,
  (actor: Person, proof: object) => ReturnType<typeof open>,
])[] = [
  [
    'makes an account an admin',
    (actor, proof) => change(actor, target.id, { role: 'admin', ...proof }) as never,
  ],
  ['creates an admin account', (actor, proof) => open(actor, proof)],
  ['invites an admin', (actor, proof) => open(actor, { password: undefined, ...proof })],
  [
    'enables an admin again',
    async (actor, proof) => {
      const former = await clinic.admin();
      await clinic.query('UPDATE accounts SET disabled_at = created_at WHERE id = ?', [former.id]);
      return change(actor, former.id, { disabled: false, ...proof }) as never;
    },
  ],
  [
    'removes another account’s second factor',
    async (actor, proof) => {
      const other = await withSecondFactor(clinic, await clinic.patient());
      return change(actor, other.id, { second_factor: false, ...proof }) as never;
    },
  ],
];

describe.each(privilegedActions)('an admin who %s', (_, action) => {
  test('must send their own password in the same request', async () => {
    const problem = expectProblem(await action(admin, {}), PASSWORD_REQUIRED);
    expect(invalidFields(problem)).toEqual(['your_password']);
    for (const your_password of ['', 'a wrong guess', target.password, careful.password])
      expectProblem(await action(admin, { your_password }), WRONG_PASSWORD);
    expect((await action(admin, { your_password: admin.password })).status).toBeLessThan(300);
  });

  test('must also send the digits of their second factor, if they have one', async () => {
    const your_password = careful.password;
    const problem = expectProblem(await action(careful, { your_password }), CODE_REQUIRED);
    expect(problem.detail).toContain('your_code');
    expectProblem(await action(careful, { your_password, your_code: '000000' }), WRONG_CODE);
    const your_code = careful.digits();
    expectProblem(await action(careful, { your_code }), PASSWORD_REQUIRED);
    clinic.clock.advance({ seconds: 60 });
    expect((await action(careful, { your_password, your_code: careful.digits() })).status).toBeLessThan(300);
  });
});

test('a refused action changes nothing', async () => {
  const other = await withSecondFactor(clinic, await clinic.patient());
  for (const proof of [{}, { your_password: 'a wrong guess' }])
    await change(admin, other.id, { role: 'admin', second_factor: false, ...proof });
  expect(await rowOf(other.id)).toEqual({ role: 'user', factor: 1 });
});

test('an admin cannot remove their own second factor without its digits either', async () => {
  const mine = await withSecondFactor(clinic, await clinic.admin());
  const body = { second_factor: false, your_password: mine.password };
  expectProblem(await change(mine, mine.id, body), CODE_REQUIRED);
  expect(await rowOf(mine.id)).toEqual({ role: 'admin', factor: 1 });
  clinic.clock.advance({ seconds: 30 });
  expect((await change(mine, mine.id, { ...body, your_code: mine.digits() })).status).toBe(200);
});

describe('other actions need no password', () => {
  test.each(['user', 'doctor'])('creating an account of role %s', async (role) => {
    expect((await open(admin, { role })).status).toBe(201);
    expect((await open(admin, { role, password: undefined })).status).toBe(201);
  });

  test('other changes of role, disabling, enabling non-admins, and changes to what already is', async () => {
    for (const body of [{ role: 'doctor' }, { role: 'user' }, { disabled: true }, { disabled: false }])
      expect((await change(admin, target.id, body)).status).toBe(200);
    expect((await change(admin, careful.id, { role: 'admin', disabled: false })).status).toBe(200);
    const former = await clinic.admin();
    expect((await change(admin, former.id, { role: 'doctor' })).status).toBe(200);
  });

  test('an unknown account', async () => {
    expectProblem(await change(admin, 4_294_967_295, { role: 'admin' }), {
      status: 404,
      code: 'ACCOUNT_NOT_FOUND',
    });
  });
});

test('a repeated request with its key gets the first answer, although the digits are used up', async () => {
  const [key, email] = [randomUUID(), 'once.only@people.example'];
  const proof = { your_password: careful.password, your_code: careful.digits() };
  const first = await open(careful, { email, ...proof }, key);
  const again = await open(careful, { email, ...proof }, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expectProblem(await open(careful, { email, ...proof, role: 'user' }, key), { status: 422 });
});

test('an admin’s own password can be guessed at most ten times a minute', async () => {
  const limited = await Clinic.over(
    withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }),
    clinic.clock,
  );
  const guesser = await clinic.admin();
  const answers = await Promise.all(
    Array.from({ length: 11 }, (_, turn) =>
      limited.client.patch(
        `/api/users/${target.id}`,
        { role: 'admin', your_password: `guess ${turn}` },
        guesser,
      ),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(400), 429]);
  await limited.app.close();
});

test('neither the password nor the digits of the admin are stored with the key of a request', async () => {
  const proof = { your_password: admin.password, your_code: '918273' };
  await open(admin, proof, 'kept');
  const rows = JSON.stringify(
    await clinic.query("SELECT * FROM idempotency_keys WHERE idempotency_key = 'kept'"),
  );
  expect(rows).toContain('opened');
  for (const secret of Object.values(proof)) expect(rows).not.toContain(secret);
});

test('a key that was used with the right password replays nothing for a wrong one', async () => {
  const key = randomUUID();
  const body = { role: 'admin', your_password: admin.password };
  const send = (your_password: string) =>
    clinic.client.send('PATCH', `/api/users/${target.id}`, {
      body: { ...body, your_password },
      token: admin.token,
      headers: { 'idempotency-key': key },
    });
  expect((await send(admin.password)).status).toBe(200);
  for (const guess of ['a wrong guess', 'another guess']) expectProblem(await send(guess), WRONG_PASSWORD);
  expect((await send(admin.password)).status).toBe(200);
});
