import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../bin/support/build.js';
import { freePort } from '../../bin/support/ports.js';
import { Clinic } from '../support/clinic.js';
import { Program } from '../support/program.js';
import { withSettings } from '../support/with-settings.js';

const ACCOUNT = { email: 'boss@clinic.example', password: 'what the stranger chose' };

let clinic: Clinic;

beforeAll(async () => {
  await ensureBuilt();
  clinic = await Clinic.open();
  await clinic.client.post('/api/auth/register', ACCOUNT);
});

afterAll(() => clinic?.close());

const environment = (ADMIN_EMAIL = ACCOUNT.email) =>
  withSettings(clinic.environment, { ADMIN_EMAIL, ADMIN_PASSWORD: 'what the clinic chose' });

const setRole = (role: string) =>
  clinic.query('UPDATE accounts SET role = ? WHERE email = ?', [role, ACCOUNT.email]);

describe('ADMIN_EMAIL of an existing account that is not an admin', () => {
  test.each(['user', 'doctor'])('stops the API from starting, with an explanation: %s', async (role) => {
    await setRole(role);
    const program = Program.start('main.js', { ...environment(), PORT: await freePort() });
    expect(await program.exit()).toBe(1);
    expect(program.output).toContain('ADMIN_EMAIL is the address of an account that is not an admin');
    expect(program.output).not.toMatch(/^\s+at /m);
    expect(await clinic.query('SELECT role FROM accounts')).toEqual([{ role }]);
  });

  test('is compared without regard to case', async () => {
    await setRole('user');
    await expect(Clinic.over(environment('BOSS@Clinic.Example'), clinic.clock)).rejects.toThrow(
      'ADMIN_EMAIL is the address',
    );
  });
});

test('ADMIN_EMAIL of an admin’s account lets the API start', async () => {
  await setRole('admin');
  const again = await Clinic.over(environment(), clinic.clock);
  expect((await again.client.post('/api/auth/login', ACCOUNT)).status).toBe(200);
  await again.app.close();
});
