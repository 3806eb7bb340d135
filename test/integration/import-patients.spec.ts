import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic } from '../support/clinic.js';
import { databaseState } from '../support/database-state.js';

const PROGRAM = fileURLToPath(new URL('../../dist/import-patients.js', import.meta.url));

let clinic: Clinic;
let folder: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.query("UPDATE clinic SET country = 'ES'");
  folder = await mkdtemp(join(tmpdir(), 'import-'));
});

afterAll(async () => {
  await clinic?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** Runs the program with nothing configured but the database. */
async function importFile(content: string | Buffer, ...options: string[]) {
  const file = join(folder, 'patients.csv');
  await writeFile(file, content);
  return run(file, ...options);
}

async function run(...options: string[]) {
  const env = { PATH: process.env.PATH, DATABASE_URL: clinic.environment.DATABASE_URL, NODE_ENV: 'test' };
  const child = spawn(process.execPath, [PROGRAM, ...options], { cwd: folder, env, stdio: 'pipe' });
  const texts = ['', ''];
  for (const [at, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text: string) => (texts[at] += text));
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout: texts[0]!, stderr: texts[1]! };
}

/** Expects that a file is refused with a sentence, and that nothing is written. */
async function expectRefused(content: string | Buffer, sentence: string) {
  const before = await databaseState(clinic);
  const { exitCode, stdout, stderr } = await importFile(content);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(await databaseState(clinic)).toEqual(before);
}

const GOOD = `\ufefffamily_name;given_name;birth_date;phone;email;locale;contact_by;notes
Romero;Lucía;1984-05-17;612 345 678;Lucia@example.org;es;email;"Prefers mornings; says ""hello""
and brings a dog"
Okafor;Ben;;;ben@example.org;;none;
`;

test('a dry run writes nothing, an import enters each patient with an event, and a second one enters nobody', async () => {
  const before = await databaseState(clinic);
  const dry = await importFile(GOOD, '--dry-run');
  expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
  expect(dry.stdout).toContain('To import: 2. Left out as likely duplicates: 0.');
  expect(await databaseState(clinic)).toEqual(before);

  expect(await importFile(GOOD)).toMatchObject({
    exitCode: 0,
    stdout: 'Imported: 2. Left out as likely duplicates: 0.\n',
  });
  const rows = await clinic.query<{ id: number }>(
    `SELECT id, given_name, phone, email, locale, contact_by, notes, account_id FROM patients
     WHERE family_name IN ('Romero', 'Okafor') ORDER BY id`,
  );
  expect(rows).toMatchObject([
    {
      given_name: 'Lucía',
      phone: '+34612345678',
      locale: 'es',
      notes: 'Prefers mornings; says "hello"\nand brings a dog',
    },
    { given_name: 'Ben', phone: null, email: 'ben@example.org', contact_by: 'none', account_id: null },
  ]);
  const events = await clinic.query<{ subject_id: number }>(
    "SELECT subject_id FROM audit_events WHERE action = 'patient.imported' ORDER BY subject_id",
  );
  expect(events.map(({ subject_id }) => subject_id)).toEqual(rows.map(({ id }) => id));

  const imported = await databaseState(clinic);
  const { exitCode, stdout } = await importFile(GOOD);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`Line 2: left out, probably the same person as patient ${rows[0]!.id}`);
  expect(stdout).toContain(`Line 4: left out, probably the same person as patient ${rows[1]!.id}`);
  expect(stdout).toContain('Imported: 0. Left out as likely duplicates: 2.');
  expect(await databaseState(clinic)).toEqual(imported);
});

test('all faults are named by line, and none of the lines is imported', async () => {
  const before = await databaseState(clinic);
  const { exitCode, stdout } = await importFile(
    `given_name,family_name,birth_date,phone,email
Ana,Sol,1990-02-30,12,nowhere
Eva,Luna,,,
,Mar,2999-01-01,612345679,
Good,Person,1990-01-01,612345680,`,
  );
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^Line 2: .*birth_date must.*/m);
  expect(stdout).toMatch(/^Line 2: .*phone is not a number that can be dialled.*/m);
  expect(stdout).toMatch(/^Line 2: .*email must.*/m);
  expect(stdout).toMatch(/^Line 3: phone or email is required$/m);
  expect(stdout).toMatch(/^Line 4: given_name is required.*birth_date must not be in the future$/m);
  expect(stdout).toContain('Lines with faults: 3. Nothing was imported.');
  expect(await databaseState(clinic)).toEqual(before);
});

test('of two lines for one person the first is imported', async () => {
  const { exitCode, stdout } = await importFile(
    `phone,given_name,family_name\n612345690,Marta,Gil\n+34 612 34 56 90,MARTA,Gil Ruiz\n612345690,Pol,Gil\n`,
  );
  expect(exitCode).toBe(0);
  expect(stdout).toBe(
    'Line 3: left out, probably the same person as line 2\nImported: 2. Left out as likely duplicates: 1.\n',
  );
});

test('a file that is no list of patients is refused with a sentence', async () => {
  await expectRefused(
    Buffer.from('given_name,family_name,phone\nLuc\xeda,Gil,612345690\n', 'latin1'),
    'not in UTF-8',
  );
  await expectRefused(Buffer.from('\ufeffgiven_name,family_name,phone\n', 'utf16le'), 'not in UTF-8');
  await expectRefused('given_name,family_name,telephone\n', 'Unknown columns: "telephone"');
  await expectRefused('given_name,phone\n', 'Missing columns: family_name');
  await expectRefused('given_name,family_name,notes\n', 'neither phone nor email');
  await expectRefused(
    'given_name,family_name,phone\n"Ana,Sol,1\n',
    'Line 2: a quote is not closed. Enclose the cell in quotes, and write each quote inside it twice.',
  );
  await expectRefused('given_name\tfamily_name\tphone\n', 'Separate columns with commas or semicolons.');
  await expectRefused('', 'The file is empty');
}, 120_000);

test('a file that is not there is named, and --help explains the program', async () => {
  const absent = join(folder, 'absent.csv');
  expect(await run(absent)).toEqual({ exitCode: 1, stdout: '', stderr: `File ${absent} not found.\n` });
  const { exitCode, stdout, stderr } = await run('--help');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('Usage: ');
});

test('the progress of a large file is shown after every 100 lines', async () => {
  const lines = Array.from({ length: 250 }, (_, at) => `Name${at},Family,n${at}@example.org`);
  const { exitCode, stdout, stderr } = await importFile(
    ['given_name,family_name,email', ...lines].join('\n'),
  );
  expect(stderr).toBe('Checked 100 of 250 lines\nChecked 200 of 250 lines\n');
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: 'Imported: 250. Left out as likely duplicates: 0.\n',
  });
});
