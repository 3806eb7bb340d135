import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ERASE_ACCOUNT,
  INSERT_BOOKING,
  raceOfDependants,
  raceOfPatientChanges,
  raceOfProfiles,
  raceOfRegistrations,
  raceWithErasure,
} from '../support/races.js';
import { ConcurrentApps } from '../support/concurrent-apps.js';
import { statementNamed } from '../support/statements.js';

// Each race here has a twin in races-without-lock.spec.ts, which shows that it happens without the lock.

let rivals: ConcurrentApps;

beforeAll(async () => {
  rivals = await ConcurrentApps.open();
});

afterEach(async () => {
  rivals?.reset();
  expect(await rivals.clinic.overlappingPairs()).toBe(0);
});

afterAll(async () => {
  await rivals?.close();
});

test('of two registrations of one email at once, one succeeds and the other is refused', async () => {
  const { slow, fast, waited, accounts } = await raceOfRegistrations(rivals);
  expect([waited, slow.status, fast.status, fast.body.error]).toEqual([
    true,
    201,
    400,
    'Email already exists',
  ]);
  expect(accounts).toBe(1);
});

test('of two profiles made for one account at once, one is refused', async () => {
  const { slow, fast, waited, profiles } = await raceOfProfiles(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'PROFILE_EXISTS']);
  expect(profiles).toBe(1);
});

test('of two dependants made at once by an account with nine, one is refused', async () => {
  const { slow, fast, waited, dependants } = await raceOfDependants(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 201, 400, 'TOO_MANY_DEPENDANTS']);
  expect(dependants).toBe(10);
});

test('of two changes of a patient’s first version at once, one is refused', async () => {
  const { slow, fast, waited, given_name, version } = await raceOfPatientChanges(rivals);
  expect([waited, slow.status, fast.status, fast.body.code]).toEqual([true, 200, 412, 'VERSION_MISMATCH']);
  expect([given_name, version]).toEqual(['Ana', 2]);
});

test('a language change by the owner and a role change by an admin at once both take effect', async () => {
  const [admin, person] = [await rivals.clinic.admin(), await rivals.clinic.person('admin')];
  let reads = 0;
  const secondRead = ({ sql }: { sql: string }): boolean => /`accounts`/.test(sql) && (reads += 1) === 2;
  const { slow, fast } = await rivals.overtake(
    secondRead,
    ({ client }) => client.patch('/api/auth/me', { locale: 'es' }, person),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'user' }, admin),
  );
  expect([slow.status, fast.status]).toEqual([200, 200]);
  const rows = await rivals.clinic.query('SELECT role, locale FROM accounts WHERE id = ?', [person.id]);
  expect(rows).toEqual([{ role: 'user', locale: 'es' }]);
});

test('an admin demoted during another admin’s update does not become admin again without a password', async () => {
  const [admin, person] = [await rivals.clinic.admin(), await rivals.clinic.person('admin')];
  const { slow, fast } = await rivals.overtake(
    statementNamed('lock-admins'),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'admin' }, admin),
    ({ client }) => client.patch(`/api/users/${person.id}`, { role: 'user' }, admin),
  );
  expect([slow.status, slow.body.code, fast.status]).toEqual([400, 'PASSWORD_REQUIRED', 200]);
  const rows = await rivals.clinic.query('SELECT role FROM accounts WHERE id = ?', [person.id]);
  expect(rows).toEqual([{ role: 'user' }]);
});

describe('a patient who is erased while booking keeps no booking', () => {
  const REFUSED = [401, 'TOKEN_REVOKED'];

  test('if the erasure finishes before the booking is written', async () => {
    const { slow, fast, live } = await raceWithErasure(rivals, 'booking', INSERT_BOOKING);
    expect([slow.status, slow.body.code, fast.status, live]).toEqual([...REFUSED, 200, 0]);
  });

  test('if the booking is written, but not committed', async () => {
    const { slow, fast, waited, live } = await raceWithErasure(rivals, 'booking', /^COMMIT/);
    expect([slow.status, fast.status, waited, live]).toEqual([201, 200, true, 0]);
  });

  test('if the erasure has already read the bookings', async () => {
    const { slow, fast, waited, live } = await raceWithErasure(rivals, 'erasure', ERASE_ACCOUNT);
    expect([fast.status, fast.body.code, slow.status, waited, live]).toEqual([...REFUSED, 200, true, 0]);
  });
});
