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
/** As the program reaches the clinic's database, and others of the same name's beginning. */
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
  // For the database, whose clock is the true one, all of it is long ago.
  await clinic.query("UPDATE notifications SET state = 'sent'");
});

afterAll(async () => {
  await clinic?.query(`DROP USER IF EXISTS '${READER.name}'@'%'`);
  await clinic?.close();
});

interface Outcome {
  readonly exitCode: number | null;
  readonly said: string;
  readonly complained: string;
}

/** Runs the program as an operator's timetable would: with the two addresses and nothing else, and so in production. */
async function run(variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const { REDIS_URL } = clinic.environment;
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, REDIS_URL, ...variables };
  // In a folder without a .env file.
  const child = spawn(process.execPath, [PROGRAM], { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries())
    stream.setEncoding('utf8').on('data', (text: string) => (texts[index] += text));
  await once(child, 'close');
  return { exitCode: child.exitCode, said: texts[0]!, complained: texts[1]! };
}

/** Words for a person: no stack, no line of a log, nothing that names somebody or is secret. */
function expectWords(text: string): void {
  expect(text).not.toMatch(/^\s+at |node:internal|\.js:\d|^\{"|@|undefined|JWT_SECRET|SMTP_URL|MAIL_FROM/m);
}

test('a healthy clinic: exit code 0, and a line for each check', async () => {
  const { exitCode, said, complained } = await run();
  expect(complained).toBe('');
  expect(exitCode).toBe(0);
  expectWords(said);
  expect(said).toMatch(/^ {4}ok {2}live bookings of one doctor that overlap$/m);
  expect(said.match(/^ {4}ok {2}\S/gm)).toHaveLength(14);
  expect(said.trimEnd().split('\n').at(-1)).toBe('Nothing was found: all is as it should be.');
});

test('a finding: exit code 1, what it is and what to do', async () => {
  await clinic.query('UPDATE bookings SET ends_at = ends_at + INTERVAL 5 MINUTE WHERE id = ?', [bookingId]);
  const { exitCode, said, complained } = await run();
  await clinic.query('UPDATE bookings SET ends_at = ends_at - INTERVAL 5 MINUTE WHERE id = ?', [bookingId]);
  expect([exitCode, complained]).toEqual([1, '']);
  expectWords(said);
  expect(said).toMatch(/^ {5}1 {2}live bookings whose date and time mean other instants than they have$/m);
  expect(said).toMatch(
    new RegExp(`^ +WRONG_INSTANTS, booking ${bookingId}: it is for ${MONDAY} 10:00:00, .*\\.$`, 'm'),
  );
  expect(said).toMatch(/^ +-> If a country has changed its clocks, .*\.$/m);
  expect(said.trimEnd().split('\n').at(-1)).toBe('1 found. docs/operations.md explains the codes.');
});

test('many findings: the first hundred, and how many more', async () => {
  const rows = Array.from({ length: 130 }, (_, index) => [index + 2, `<${index}@clinic.example>`]);
  await clinic.query(
    `INSERT INTO notifications (booking_id, booking_version, kind, starts_at, duration_minutes, due_at, state,
                                message_id, created_at)
     VALUES ${rows.map(() => `(${bookingId}, ?, 'moved', NOW(), 30, '2020-01-01', 'pending', ?, NOW())`).join()}`,
    rows.flat(),
  );
  const { exitCode, said } = await run();
  await clinic.query('DELETE FROM notifications WHERE booking_version > 1');
  expect(exitCode).toBe(1);
  expect(said.match(/OVERDUE, message \d+: /g)).toHaveLength(100);
  expect(said).toMatch(/^ +and 30 more of OVERDUE$/m);
});

test('Redis away: that is a finding, and all that needs no Redis is looked at', async () => {
  const { exitCode, said, complained } = await run({ REDIS_URL: `redis://${NOWHERE}` });
  expect([exitCode, complained]).toEqual([1, '']);
  expectWords(said);
  expect(said.match(/^ {4}ok {2}\S/gm)).toHaveLength(13);
  expect(said).toMatch(
    /^ +REDIS_AWAY, Redis: it does not answer, so that .* could not be looked at \(.+\)\.$/m,
  );
  expect(said).toMatch(/^ +-> Have Redis run where REDIS_URL says/m);
});

test('the database away, or not there, or without its tables: exit code 1 and words', async () => {
  const name = new URL(clinic.environment.DATABASE_URL).pathname.slice(1);
  const away = await run({ DATABASE_URL: urlFor(`mysql://${NOWHERE}/clinica`, READER) });
  const unknown = await run({ DATABASE_URL: databaseUrl.replace(name, `${name}_none`) });
  await clinic.query(`CREATE DATABASE ${name}_empty`);
  const empty = await run({ DATABASE_URL: databaseUrl.replace(name, `${name}_empty`) });
  await clinic.query(`DROP DATABASE ${name}_empty`);
  for (const { exitCode, said, complained } of [away, unknown, empty]) {
    expect([exitCode, said]).toEqual([1, '']);
    expectWords(complained);
  }
  expect(away.complained).toMatch(/^Clinica cannot use its database: .*ECONNREFUSED.*DATABASE_URL/);
  expect(unknown.complained).toMatch(/^Clinica cannot use its database: Unknown database/);
  expect(empty.complained).toMatch(
    /^Clinica could not look at everything .*doctors.* the migration has been run/,
  );
});

test('the connection breaks while it looks: exit code 1 and words', async () => {
  const runner = clinic.dataSource.createQueryRunner();
  try {
    await runner.query('LOCK TABLES bookings WRITE');
    const running = run();
    const id = await eventually('it waits for the bookings', async () => {
      const waiting = await clinic.query<{ id: number }>(
        `SELECT id FROM information_schema.processlist
         WHERE db = DATABASE() AND info LIKE '/* find-booked-doctors */%'`,
      );
      return waiting[0] && Object.values(waiting[0])[0];
    });
    await clinic.query(`KILL ${id}`);
    const { exitCode, said, complained } = await running;
    expect([exitCode, said]).toEqual([1, '']);
    expectWords(complained);
    expect(complained).toMatch(
      /^Clinica could not look at everything in its database: .*then look again\.$/m,
    );
  } finally {
    await runner.query('UNLOCK TABLES');
    await runner.release();
  }
});

test('nothing configured: exit code 1, and the two variables that it needs', async () => {
  const { exitCode, said, complained } = await run({ DATABASE_URL: '', REDIS_URL: '' });
  expect([exitCode, said]).toEqual([1, '']);
  expect(complained.match(/^ {2}- .*$/gm)).toEqual([
    '  - DATABASE_URL is not set',
    '  - REDIS_URL is not set',
  ]);
});

test('what other programs need may be wrong, even in production', async () => {
  const { exitCode, complained } = await run({
    JWT_SECRET: 'change-me',
    SMTP_URL: 'nonsense',
    MAIL_FROM: 'nobody',
    ADMIN_EMAIL: 'admin@clinica.example',
  });
  expect([exitCode, complained]).toEqual([0, '']);
});
