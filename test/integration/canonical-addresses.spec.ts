import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renewAddresses } from '../../src/database/canonical-addresses.js';
import { CanonicalAddresses15 } from '../../src/database/migrations/15-canonical-addresses.js';
import { Clinic, type Person } from '../support/clinic.js';

interface Stored {
  readonly id: number;
  readonly email: string;
  readonly mail_address: string | null;
}

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(() => clinic?.close());

/** An account as the version before wrote it. */
async function before(email: string): Promise<Person> {
  const person = await clinic.patient();
  await clinic.query('UPDATE accounts SET email = ?, mail_address = NULL WHERE id = ?', [email, person.id]);
  return person;
}

async function stored({ id }: Person): Promise<Omit<Stored, 'id'>> {
  const [row] = await clinic.query<Stored>('SELECT email, mail_address FROM accounts WHERE id = ?', [id]);
  return row!;
}

const renew = (): Promise<void> => renewAddresses(clinic.dataSource.manager);
const hashOf = (address: string): Buffer => createHash('sha256').update(address).digest();

describe('accounts from before there was a canonical form', () => {
  test.each([
    ['a domain in its own script', 'one@münchen.example', 'one@xn--mnchen-3ya.example', null],
    ['a decomposed local part', 'ande\u0301@people.example', 'andé@people.example', null],
    [
      'letters that fold',
      'groß.zwei@people.example',
      'gross.zwei@people.example',
      'groß.zwei@people.example',
    ],
    ['a canonical one', 'é.three@people.example', 'é.three@people.example', null],
  ])('%s: can log in as before', async (_, email, canonical, mailed) => {
    const person = await before(email);
    await renew();
    expect(await stored(person)).toEqual({ email: canonical, mail_address: mailed });
    const { status } = await clinic.client.post('/api/auth/login', { email, password: person.password });
    expect(status).toBe(200);
  });

  test('that share a mailbox stay as they are, and integrity names them until one is gone', async () => {
    const [legacy, canonical] = [
      await before('both@münchen.example'),
      await before('both@xn--mnchen-3ya.example'),
    ];
    await renew();
    expect((await stored(legacy)).email).toBe('both@münchen.example');
    expect((await stored(canonical)).email).toBe('both@xn--mnchen-3ya.example');
    expect(await findings()).toMatchObject([{ subject: `account ${legacy.id}` }]);
    expect((await findings())[0]!.detail).toContain(`account ${canonical.id}`);
    await clinic.query("UPDATE accounts SET email = 'left-1@left.invalid' WHERE id = ?", [canonical.id]);
    await renew();
    expect((await stored(legacy)).email).toBe('both@xn--mnchen-3ya.example');
    expect(await findings()).toEqual([]);
  });

  test('whose owner wants no mails still get none', async () => {
    await before('refused@münchen.example');
    await clinic.query('INSERT INTO refused_addresses (hash, refused_at) VALUES (?, UTC_TIMESTAMP(3))', [
      hashOf('refused@münchen.example'),
    ]);
    await renew();
    const hash = hashOf('refused@xn--mnchen-3ya.example');
    expect(await clinic.query('SELECT 1 FROM refused_addresses WHERE hash = ?', [hash])).toHaveLength(1);
  });

  test('the migration renews them, and can be undone', async () => {
    const person = await before('again@münchen.example');
    const migration = new CanonicalAddresses15();
    const runner = clinic.dataSource.createQueryRunner();
    try {
      await migration.down(runner);
      await migration.up(runner);
    } finally {
      await runner.release();
    }
    expect((await stored(person)).email).toBe('again@xn--mnchen-3ya.example');
  });
});

async function findings(): Promise<{ subject: string; detail: string }[]> {
  const { token } = await clinic.admin();
  const { body } = await clinic.client.get<{
    checks: { code: string; findings: { subject: string; detail: string }[] }[];
  }>('/api/integrity', { token });
  return body.checks.find(({ code }) => code === 'SHARED_MAILBOX')!.findings;
}
