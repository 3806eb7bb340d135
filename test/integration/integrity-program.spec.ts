import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { book } from '../support/appointments.js';
import { Clinic } from '../support/clinic.js';
import { urlFor } from '../support/database-users.js';
import { eventually } from '../support/eventually.js';
import { MONDAY } from '../support/races.js';

const PROGRAM = fileURLToPath(new URL('../../dist/integrity.js', import.meta.url));
const NOWHERE = '127.0.0.1:9';

let clinic: Clinic;
let bookingId: number;
/** For a user that can only read the clinic's database, and databases whose name begins like it. */
let databaseUrl: string;
const READER = {
  name: `reader_${process.pid}_${process.env.VITEST_POOL_ID}`,
  password: randomBytes(24).toString('hex'),
};

beforeAll(async () => {
  clinic = await Clinic.open();
  ({ id: bookingId } = await book(clinic, await clinic.patient(), await clinic.doctor(), {
    date: MONDAY,
    time: '10:00',
  }));
  const database = new URL(clinic.environment.DATABASE_URL).pathname.slice(1);
  await clinic.query(`CREATE USER '${READER.name}'@'%' IDENTIFIED BY '${READER.password}'`);
  await clinic.query(`GRANT SELECT ON \`${database}%\`.* TO '${READER.name}'@'%'`);
  databaseUrl = urlFor(clinic.environment.DATABASE_URL, READER);
  // The database judges by real time, in which all of them are overdue.
  await clinic.query("UPDATE notifications SET state = 'sent'");
});

afterAll(async () => {
  await clinic?.query(`DROP USER IF EXISTS '${READER.name}'@'%'`);
  await clinic?.close();
});

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as a cron job would: with only the two URLs configured, and so in production. */
async function run(variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const { REDIS_URL } = clinic.environment;
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, REDIS_URL, ...variables };
  // In a folder without a .env file.
  const child = spawn(process.execPath, [PROGRAM], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text: string) => (texts[index] += text));
  await once(child, 'close');
  return { exitCode: child.exitCode, stdout: texts[0]!, stderr: texts[1]! };
}

/** Expects text for people: no stack, no log line, no personal data, no secret. */
function expectReadable(text: string): void {
  expect(text).not.toMatch(/^\s+at |node:internal|\.js:\d|^\{"|@|undefined|JWT_SECRET|SMTP_URL|MAIL_FROM/m);
}

test('a healthy clinic: exit code 0, and a line with the code of each check', async () => {
  const { exitCode, stdout, stderr } = await run();
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expectReadable(stdout);
  expect(stdout).toMatch(/^ {4}ok {2}OVERLAP {12}live bookings of one doctor that overlap$/m);
  expect(stdout.match(/^ {4}ok {2}[A-Z_]+ +\S/gm)).toHaveLength(14);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('No findings: everything is consistent.');
});

test('a finding: exit code 1, the finding and its remedy', async () => {
  await clinic.query('UPDATE bookings SET ends_at = ends_at + INTERVAL 5 MINUTE WHERE id = ?', [bookingId]);
  const { exitCode, stdout, stderr } = await run();
  await clinic.query('UPDATE bookings SET ends_at = ends_at - INTERVAL 5 MINUTE WHERE id = ?', [bookingId]);
  expect([exitCode, stderr]).toEqual([1, '']);
  expectReadable(stdout);
  expect(stdout).toMatch(
    /^ {5}1 {2}WRONG_INSTANTS {5}live bookings whose date and time mean other instants than they have$/m,
  );
  expect(stdout).toMatch(
    new RegExp(`^ +WRONG_INSTANTS, booking ${bookingId}: it is for ${MONDAY} 10:00:00, .*\\.$`, 'm'),
  );
  expect(stdout).toMatch(/^ +-> If a country has changed its clocks, .*\.$/m);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Findings: 1. docs/operations.md explains the codes.');
});

test('many findings: the first hundred, and the number of further ones', async () => {
  const rows = Array.from({ length: 130 }, (_, index) => [index + 2, `<${index}@clinic.example>`]);
  await clinic.query(
    `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     VALUES ${rows.map(() => `(${bookingId}, ?, 'moved', NOW(), 30, '2020-01-01', 'pending', ?, NOW())`).join()}`,
    rows.flat(),
  );
  const { exitCode, stdout } = await run();
  await clinic.query('DELETE FROM notifications WHERE booking_version > 1');
  expect(exitCode).toBe(1);
  expect(stdout.match(/OVERDUE, notification \d+: /g)).toHaveLength(100);
  expect(stdout).toMatch(/^ +and 30 more of OVERDUE$/m);
});

test('Redis is down: this is a finding, and all checks that need no Redis run', async () => {
  const { exitCode, stdout, stderr } = await run({ REDIS_URL: `redis://${NOWHERE}` });
  expect([exitCode, stderr]).toEqual([1, '']);
  expectReadable(stdout);
  expect(stdout.match(/^ {4}ok {2}\S/gm)).toHaveLength(13);
  expect(stdout).toMatch(/^ +REDIS_AWAY, Redis: it does not answer, so .* could not be checked \(.+\)\.$/m);
  expect(stdout).toMatch(/^ +-> Start Redis at the address in REDIS_URL/m);
});

test('the database is down, missing or without its tables: exit code 1 and a readable message', async () => {
  const name = new URL(clinic.environment.DATABASE_URL).pathname.slice(1);
  const down = await run({ DATABASE_URL: urlFor(`mysql://${NOWHERE}/clinica`, READER) });
  const unknown = await run({ DATABASE_URL: databaseUrl.replace(name, `${name}_none`) });
  await clinic.query(`CREATE DATABASE ${name}_empty`);
  const empty = await run({ DATABASE_URL: databaseUrl.replace(name, `${name}_empty`) });
  await clinic.query(`DROP DATABASE ${name}_empty`);
  for (const { exitCode, stdout, stderr } of [down, unknown, empty]) {
    expect([exitCode, stdout]).toEqual([1, '']);
    expectReadable(stderr);
  }
  expect(down.stderr).toMatch(/^Clinica cannot use its database: .*ECONNREFUSED.*DATABASE_URL/);
  expect(unknown.stderr).toMatch(/^Clinica cannot use its database: Unknown database/);
  expect(empty.stderr).toMatch(/^Clinica could not check everything .*doctors.* the migration has been run/);
});

test('the connection breaks during a check: exit code 1 and a readable message', async () => {
  const runner = clinic.dataSource.createQueryRunner();
  try {
    await runner.query('LOCK TABLES bookings WRITE');
    const running = run();
    const id = await eventually('the program waits for the bookings', async () => {
      const waiting = await clinic.query<{ id: number }>(
        `SELECT id FROM information_schema.processlist
         WHERE db = DATABASE() AND info LIKE '/* find-booked-doctors */%'`,
      );
      return waiting[0] && Object.values(waiting[0])[0];
    });
    await clinic.query(`KILL ${id}`);
    const { exitCode, stdout, stderr } = await running;
    expect([exitCode, stdout]).toEqual([1, '']);
    expectReadable(stderr);
    expect(stderr).toMatch(/^Clinica could not check everything in its database: .*then try again\.$/m);
  } finally {
    await runner.query('UNLOCK TABLES');
    await runner.release();
  }
});

test('no configuration: exit code 1, and the two required variables', async () => {
  const { exitCode, stdout, stderr } = await run({ DATABASE_URL: '', REDIS_URL: '' });
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr.match(/^ {2}- .*$/gm)).toEqual(['  - DATABASE_URL is not set', '  - REDIS_URL is not set']);
});

test('variables that only other programs need may be invalid, even in production', async () => {
  const { exitCode, stderr } = await run({
    JWT_SECRET: 'change-me',
    SMTP_URL: 'nonsense',
    MAIL_FROM: 'nobody',
    ADMIN_EMAIL: 'admin@clinica.example',
  });
  expect([exitCode, stderr]).toEqual([0, '']);
});
