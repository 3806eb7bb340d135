import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalizeAddresses } from '../../src/database/canonical-addresses.js';
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

/** An account as versions without canonical addresses stored it. */
async function legacyAccount(email: string): Promise<Person> {
  const person = await clinic.patient();
  await clinic.query('UPDATE accounts SET email = ?, mail_address = NULL WHERE id = ?', [email, person.id]);
  return person;
}

async function storedAddresses({ id }: Person): Promise<Omit<Stored, 'id'>> {
  const [row] = await clinic.query<Stored>('SELECT email, mail_address FROM accounts WHERE id = ?', [id]);
  return row!;
}

const renew = (): Promise<void> => canonicalizeAddresses(clinic.dataSource.manager);
const hashOf = (address: string): Buffer => createHash('sha256').update(address).digest();

describe('accounts from before canonical addresses', () => {
  test.each([
    ['a Unicode domain', 'one@münchen.example', 'one@xn--mnchen-3ya.example', null],
    ['a decomposed local part', 'ande\u0301@people.example', 'andé@people.example', null],
    [
      'letters that case folding changes',
      'groß.zwei@people.example',
      'gross.zwei@people.example',
      'groß.zwei@people.example',
    ],
    ['a canonical address', 'é.three@people.example', 'é.three@people.example', null],
  ])('%s: the owner can log in as before', async (_, email, canonical, mailed) => {
    const person = await legacyAccount(email);
    await renew();
    expect(await storedAddresses(person)).toEqual({ email: canonical, mail_address: mailed });
    const { status } = await clinic.client.post('/api/auth/login', { email, password: person.password });
    expect(status).toBe(200);
  });

  test('that share a mailbox stay as they are, and integrity reports them until one is gone', async () => {
    const [legacy, canonical] = [
      await legacyAccount('both@münchen.example'),
      await legacyAccount('both@xn--mnchen-3ya.example'),
    ];
    await renew();
    expect((await storedAddresses(legacy)).email).toBe('both@münchen.example');
    expect((await storedAddresses(canonical)).email).toBe('both@xn--mnchen-3ya.example');
    expect(await findings()).toMatchObject([{ subject: `account ${legacy.id}` }]);
    expect((await findings())[0]!.detail).toContain(`account ${canonical.id}`);
    await clinic.query("UPDATE accounts SET email = 'left-1@left.invalid' WHERE id = ?", [canonical.id]);
    await renew();
    expect((await storedAddresses(legacy)).email).toBe('both@xn--mnchen-3ya.example');
    expect(await findings()).toEqual([]);
  });

  test('whose address was refused stay refused', async () => {
    await legacyAccount('refused@münchen.example');
    await clinic.query('INSERT INTO refused_addresses (hash, refused_at) VALUES (?, UTC_TIMESTAMP(3))', [
      hashOf('refused@münchen.example'),
    ]);
    await renew();
    const hash = hashOf('refused@xn--mnchen-3ya.example');
    expect(await clinic.query('SELECT 1 FROM refused_addresses WHERE hash = ?', [hash])).toHaveLength(1);
  });

  test('the migration canonicalises them, and can be undone', async () => {
    const person = await legacyAccount('again@münchen.example');
    const migration = new CanonicalAddresses15();
    const runner = clinic.dataSource.createQueryRunner();
    try {
      await migration.down(runner);
      await migration.up(runner);
    } finally {
      await runner.release();
    }
    expect((await storedAddresses(person)).email).toBe('again@xn--mnchen-3ya.example');
  });
});

async function findings(): Promise<{ subject: string; detail: string }[]> {
  const { token } = await clinic.admin();
  const { body } = await clinic.client.get<{
    checks: { code: string; findings: { subject: string; detail: string }[] }[];
  }>('/api/integrity', { token });
  return body.checks.find(({ code }) => code === 'SHARED_MAILBOX')!.findings;
}
