import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { writeDemoEnv } from '../../bin/support/demo-environment.js';
import { ADMIN } from '../../bin/support/demo-accounts.js';
import { startMailbox } from '../../bin/support/mailbox.js';
import { freePort } from '../../bin/support/ports.js';
import { playVisit } from '../../bin/support/visit.js';
import { welcome } from '../../bin/support/welcome.js';
import type { Environment } from '../support/test-environment.js';
import { DatabaseUsers, urlFor } from '../support/database-users.js';
import { commandsOf, documents, ROOT, Shell, shellBlocks } from '../support/documents.js';
import { eventually } from '../support/eventually.js';
import { Mailbox } from '../support/mailbox.js';
import { Program } from '../support/program.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';

const SCRIPTS = (
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
).scripts;

/** Commands of the documents that this file does not run, and what tests them instead. */
const TESTED_ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm test\b/, 'this very run'],
  [/^npm run demo$/, '.ci/run runs it with --once'],
  [/^npm run (test:zones|check|faults|bench|attack|prove)\b/, 'checks and measurements: the script exists'],
  [/^npm ci$/, 'the tests need its packages to run'],
  [/^npm run (build|migrate|start:worker)$|^npm start$/, 'the programs that run here'],
  [/^cp \.env\.example \.env$/, 'the file exists'],
  [/^(useradd|cp docs\/systemd\/|systemctl) ?/, 'units.spec.ts has systemd judge the units'],
  [/^mysql < docs\/sql\/service\.sql$/, 'database-rights.spec.ts'],
  [/^docker compose /, 'compose.spec.ts'],
];

const RUN_HERE = [
  ['README.md', 'A first booking'],
  ['README.md', "The desk's first call"],
  ['docs/setting-up.md', 'The first doctor'],
  ['docs/setting-up.md', 'The first patient'],
  ['docs/front-desk.md', 'Preparing'],
  ['docs/front-desk.md', 'A day'],
  ['docs/front-desk.md', 'What only an admin does'],
  ['docs/deployment.md', 'Backup and restore'],
] as const;

let environment: Environment;
let baseUrl: string;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  environment = await testEnvironment({ LOG_LEVEL: 'warn', NODE_ENV: 'development' });
  cleanups.unshift(() => dropDatabase(environment));
});

afterAll(async () => {
  await stopClinic();
  for (const cleanup of cleanups) await cleanup();
});

const programs: Program[] = [];

/** API and worker on the test's database. */
async function startClinic(variables: Record<string, string>): Promise<void> {
  const port = await freePort();
  const settings = { ...environment, ...variables };
  programs.push(Program.worker(settings));
  programs.push((await Program.api(settings, port)).program);
  baseUrl = `http://127.0.0.1:${port}`;
}

// Two clinics must not share a Redis.
async function stopClinic(): Promise<void> {
  for (const program of programs.splice(0)) await program.kill();
}

function shell(script: string, cwd: string, env: NodeJS.ProcessEnv = {}): Shell {
  const { PATH, HOME } = process.env;
  const running = new Shell(script, { cwd, env: { PATH, HOME, ...env } });
  cleanups.unshift(() => running.kill());
  return running;
}

// The tests start whole programs, one after the other.
const TIMEOUT_MS = 180_000;

describe('from an empty database', { timeout: TIMEOUT_MS }, () => {
  const DOCTOR = 'dr.ruiz@people.example';
  const DESK = 'desk@people.example';
  let mailbox: Mailbox;
  let folder: string;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    cleanups.unshift(() => mailbox.close());
    folder = mkdtempSync(join(tmpdir(), 'documents-'));
    await startClinic({
      SMTP_URL: mailbox.url,
      ADMIN_EMAIL: 'admin@people.example',
      ADMIN_PASSWORD: 'the phrase of the admin',
    });
  });

  test('docs/setting-up.md leads to an admin, a doctor and a patient, and docs/front-desk.md through a day', async () => {
    const blocks = RUN_HERE.slice(2, 7).flatMap(([document, heading]) => shellBlocks(document, heading));
    const script = blocks
      .join('\n')
      .replace('http://127.0.0.1:3000', baseUrl)
      .replace(/(?<=admin_email=).+/, 'admin@people.example')
      .replace(/(?<=doctor_email=).+/, DOCTOR)
      .replace(/(?<=desk_email=).+/, DESK)
      .replace(/(?<=patient_email=).+/, 'patient@people.example');
    const { DATABASE_URL, REDIS_URL, NODE_ENV } = environment;
    const admin = shell(script, ROOT, { DATABASE_URL, REDIS_URL, NODE_ENV });
    admin.type('the phrase of the admin');
    for (const line of [await codeOf(DOCTOR), 'the phrase of the doctor', 'the phrase of the patient'])
      admin.type(line);
    for (const line of [await codeOf(DESK), 'the phrase of the desk']) admin.type(line);
    const output = await admin.end();
    expect(output).toContain('"email":"patient@people.example"');
    expect(output).toContain('"name":"Dr. Ana Ruiz"');
    expect(output).toContain('Europe/Madrid');
    expect(output).toContain('"day_of_week":6');
    expect(output).toContain('Availability deleted');
    expect(output).toContain('"overbooked":true');
    expect(output).toContain('"status":"arrived"');
    expect(output).toContain('The invitation is on its way.');
    expect(output).toContain('The patient is erased');
  });

  /** The code of the invitation to an address. */
  async function codeOf(address: string): Promise<string> {
    const invitation = await eventually('the invitation', () =>
      Promise.resolve(mailbox.received.find(({ to }) => to === address)),
    );
    return /(?<![\w-])[\w-]{32,}(?![\w-])/.exec(invitation.mail.text!)![0];
  }

  test('docs/deployment.md backs up the database and restores one that passes the integrity check', async () => {
    const url = new URL(environment.DATABASE_URL);
    const name = url.pathname.slice(1);
    writeFileSync(
      join(folder, '.my.cnf'),
      `[client]\nprotocol=tcp\nhost=${url.hostname}\nport=${url.port}\nuser=${url.username}\npassword="${decodeURIComponent(url.password)}"\n`,
      { mode: 0o600 },
    );
    cleanups.unshift(() => drop(`${name}_restored`));
    const administrator = await createConnection(url.href);
    const users = new DatabaseUsers(administrator, `${name}_restored`);
    await users.create();
    cleanups.unshift(async () => {
      await users.drop();
      await administrator.end();
    });
    mkdirSync(join(folder, 'docs/sql'), { recursive: true });
    for (const file of ['owner.sql', 'service.sql']) {
      const grants = readFileSync(join(ROOT, 'docs/sql', file), 'utf8')
        .replaceAll(/\bclinica\.(?=\w|\*)/g, `${name}.`)
        .replaceAll("'clinica_owner'@", `'${users.owner.name}'@`)
        .replaceAll("'clinica'@", `'${users.service.name}'@`);
      writeFileSync(join(folder, 'docs/sql', file), grants);
    }
    url.pathname += '_restored';
    const script = shellBlocks('docs/deployment.md', 'Backup and restore')
      .join('\n')
      .replaceAll(/\bclinica(?=[ _\\.]|$)/gm, name)
      .replace(/(?<=DATABASE_URL=)\S+/, urlFor(url.href, users.service))
      .replace(/(?<=REDIS_URL=)\S+/, environment.REDIS_URL)
      .replace('node dist', `node ${join(ROOT, 'dist')}`);
    const redis = new Redis(environment.REDIS_URL);
    await redis.set('older', 'than the restored data');
    // The settings of the damaged clinic must play no part.
    const output = await shell(script, folder, { HOME: folder, DATABASE_URL: 'x', REDIS_URL: 'x' }).end();
    expect(output).toContain('No findings');
    expect(await redis.exists('older')).toBe(0);
    redis.disconnect();
    const connection = await createConnection(url.href);
    const [rows] = await connection.query('SELECT COUNT(*) AS accounts FROM accounts');
    await connection.end();
    expect(rows).toEqual([{ accounts: 4 }]);
  });

  async function drop(name: string): Promise<void> {
    const connection = await createConnection(environment.DATABASE_URL);
    await connection.query(`DROP DATABASE IF EXISTS \`${name}\``);
    await connection.end();
  }
});

describe('with the demo', { timeout: TIMEOUT_MS }, () => {
  let mails: Awaited<ReturnType<typeof startMailbox>>;
  let folder: string;

  beforeAll(async () => {
    await stopClinic();
    await dropDatabase(environment);
    folder = mkdtempSync(join(tmpdir(), 'documents-'));
    environment = await testEnvironment({ LOG_LEVEL: 'warn', NODE_ENV: 'development' });
    mails = await startMailbox(join(folder, 'mailbox'));
    cleanups.unshift(() => mails.running.stop());
    const admin = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };
    const settings = { ...environment, ...admin, SMTP_URL: mails.smtpUrl };
    for (const added of [
      /Added: 8 doctors, 1 at the front desk, 10 patients, 4 appointment types, [1-9]\d+ bookings\./,
      /Added: 0 doctors, 0 at the front desk, 0 patients, 0 appointment types, 0 bookings\./,
    ]) {
      const seed = Program.start('seed.js', settings);
      expect(await seed.exit()).toBe(0);
      expect(seed.output).toMatch(added);
    }
    await startClinic({ SMTP_URL: mails.smtpUrl, ...admin });
    mkdirSync(join(folder, '.local'));
    writeDemoEnv(join(folder, '.local/demo.env'), {
      baseUrl,
      databaseUrl: environment.DATABASE_URL,
      redisUrl: environment.REDIS_URL,
      smtpUrl: mails.smtpUrl,
      mailboxUrl: mails.url,
    });
  }, TIMEOUT_MS);

  test('the README books a first appointment, reschedules it, reads the emails, and takes a call at the desk', async () => {
    const blocks = RUN_HERE.slice(0, 2).flatMap(([document, heading]) => shellBlocks(document, heading));
    const output = await shell(blocks.join('\n'), folder).end();
    const [booked, rescheduled] = output.match(/\{"id":\d+,"doctor_id".*?"ends_at":"[^"]+"\}/g)!.map(parse);
    expect(Object.keys(booked!)).toEqual(Object.keys(shownBooking()));
    expect([booked!.version, rescheduled!.version]).toEqual([1, 2]);
    expect(rescheduled!.time).not.toBe(booked!.time);
    const subjects = async (): Promise<string[]> => {
      const answer = (await (await fetch(`${mails.url}/api/email`)).json()) as { subject: string }[];
      return answer.map(({ subject }) => subject.split(':')[0]!);
    };
    expect(output).toMatch(/^\d\d:\d\d José booked$/m);
    // The mailbox may also hold reminders of the demo's own appointments.
    const wanted = ['Appointment confirmed', 'Appointment moved'];
    await eventually('both emails', async () => {
      const found = await subjects();
      return wanted.every((subject) => found.includes(subject));
    });
  });

  test("the demo's visit passes, also when it is played again at once", async () => {
    const { signal } = new AbortController();
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const days: string[] = [];
    try {
      for (let visit = 1; visit <= 2; visit += 1) await playVisit({ baseUrl, mailboxUrl: mails.url, signal });
      const lines = printed.mock.calls.map(([text]) => String(text));
      days.push(...lines.filter((line) => /^ {7}Dr\. .*:/.test(line)));
    } finally {
      printed.mockRestore();
    }
    // On some days other doctors have bookings too.
    const sheet = days.slice(days.length / 2).join('');
    expect(sheet).toMatch(/Dr\. Ana Ruiz: .*José Núñez Ibáñez \(fulfilled\)/);
    expect(sheet).toMatch(/Dr\. Tomás Herrera: .*Carmen Vega Soler \(noshow\)/);
  });

  test('the addresses that the demo prints open', async () => {
    const lines = welcome(baseUrl)
      .split('\n')
      .filter((line) => !line.includes('curl'));
    const addresses = lines.flatMap((line) => /http:\S+/.exec(line)?.[0] ?? []);
    expect(addresses).toHaveLength(3);
    const authorization = `Basic ${btoa(`${ADMIN.email}:${ADMIN.password}`)}`;
    for (const address of addresses)
      expect((await fetch(address, { headers: { authorization } })).status, address).toBe(200);
  });

  const parse = (json: string) => JSON.parse(json) as Record<string, unknown>;

  /** The booking that README.md shows as the answer. */
  function shownBooking(): Record<string, unknown> {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    return parse(/^```json\n(.*?)^```$/ms.exec(readme)![1]!);
  }
});

describe('the documents', () => {
  const runHere = new Set(RUN_HERE.flatMap(([document, heading]) => shellBlocks(document, heading)));
  const elsewhere = documents().flatMap((document) =>
    shellBlocks(document)
      .filter((block) => !runHere.has(block))
      .flatMap((block) => commandsOf(block).map((command) => [document, command] as const)),
  );

  test.each(elsewhere)('%s has a command that is tested elsewhere: %s', (_document, command) => {
    expect(TESTED_ELSEWHERE.filter(([pattern]) => pattern.test(command))).toHaveLength(1);
    const [, script] = /^npm run ([\w:]+)/.exec(command) ?? [];
    if (script !== undefined) expect(Object.keys(SCRIPTS)).toContain(script);
  });

  test('README.md has at most 500 words', () => {
    expect(
      readFileSync(join(ROOT, 'README.md'), 'utf8').split(/\s+/).filter(Boolean).length,
    ).toBeLessThanOrEqual(500);
  });

  test.each(documents())('the links of %s lead to existing files', (document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#([^)]+))?\)/g)].filter(
      ([, path]) => !/^https?:/.test(path!),
    );
    const missing = links.filter(([, path]) => !existsSync(join(ROOT, document, '..', path!)));
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});
