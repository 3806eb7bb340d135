import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDatabase } from '../../bin/support/database-server.js';
import type { Environment } from '../support/test-environment.js';
import type { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { dropDatabase, testEnvironment } from '../support/test-environment.js';
import { TcpProxy } from '../support/tcp-proxy.js';

// A private database that requires TLS. Two proxies in front of it stand for two servers of a cluster.

type Variables = Readonly<Record<string, string | number | undefined>>;

let dir: string;
let environment: Environment;
let server: Awaited<ReturnType<typeof startDatabase>>;
let first: TcpProxy;
let second: TcpProxy;

const portOf = (url: string): string => new URL(url).port;
const urlOf = (...ports: string[]): string =>
  `mysqls://root@${ports.map((port) => `localhost:${port}`).join(',')}/clinica`;

/** Writes a self-signed certificate for a name, and its key, into files. */
async function createCertificate(name: string): Promise<{ cert: string; key: string }> {
  const generated = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const [cert, key] = [join(dir, `${name}.pem`), join(dir, `${name}.key`)];
  writeFileSync(cert, generated.cert);
  writeFileSync(key, generated.private, { mode: 0o600 });
  return { cert, key };
}

async function start({ cert, key }: { cert: string; key: string }, port?: number): Promise<typeof server> {
  const args = [`--ssl-cert=${cert}`, `--ssl-key=${key}`, '--require-secure-transport=ON'];
  return startDatabase({ dir: join(dir, 'database'), ...(port && { port }), throwAway: true, args });
}

beforeAll(async () => {
  environment = await testEnvironment();
  dir = mkdtempSync(join(tmpdir(), 'clinica-tls-'));
  server = await start(await createCertificate('localhost'));
  first = await TcpProxy.to(server.url);
  second = await TcpProxy.to(server.url);
});

afterAll(async () => {
  await first?.close();
  await second?.close();
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
  await dropDatabase(environment);
});

/** The environment of a program; by default it trusts the certificate. */
const environmentWith = (more: Variables): Variables => ({
  ...(environment as unknown as Variables),
  NODE_EXTRA_CA_CERTS: join(dir, 'localhost.pem'),
  DATABASE_TIMEOUT_SECONDS: 5,
  DATABASE_POOL_SIZE: 3,
  ...more,
});

describe('an encrypted connection to the database', () => {
  let api: { program: Program; client: Client };
  const doctors = (): Promise<{ status: number }> => api.client.get('/api/doctors/public');

  beforeAll(async () => {
    const migration = Program.start(
      'migrate.js',
      environmentWith({ DATABASE_URL: urlOf(portOf(first.url)) }),
    );
    expect(await migration.exit(), migration.output).toBe(0);
    const both = urlOf(portOf(first.url), portOf(second.url));
    api = await Program.api(environmentWith({ DATABASE_URL: both }));
  });

  afterEach(() => {
    for (const wire of [first, second]) {
      wire.mend();
      wire.thawForNewOnes();
    }
  });

  afterAll(() => api?.program.stop());

  test('works like any other connection', async () => {
    const { status } = await api.client.post('/api/auth/register', {
      email: 'pat@people.example',
      password: 'nobody else knows it',
    });
    expect(status).toBe(201);
  });

  test('is replaced by one to the next server when it breaks', async () => {
    first.cut();
    await eventually('the doctors are listed', async () => (await doctors()).status === 200);
    const answers = await Promise.all(Array.from({ length: 6 }, doctors));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test('is given up when the server stops answering, and is replaced later', async () => {
    expect((await doctors()).status).toBe(200);
    for (const wire of [first, second]) wire.freeze();
    expect((await doctors()).status).toBe(503);
    for (const wire of [first, second]) wire.thawForNewOnes();
    await eventually('the doctors are listed', async () => (await doctors()).status === 200);
  });
});

describe('a program does not connect to', () => {
  const migrate = async (more: Variables): Promise<string> => {
    const program = Program.start('migrate.js', environmentWith(more));
    expect(await program.exit()).toBe(1);
    return program.output;
  };
  const REFUSED = /^Clinica cannot use its database: .*Check DATABASE_URL/;

  test('a server with an untrusted certificate', async () => {
    const url = urlOf(portOf(server.url));
    expect(await migrate({ DATABASE_URL: url, NODE_EXTRA_CA_CERTS: '' })).toMatch(REFUSED);
  });

  test('a server without TLS or with another certificate', async () => {
    const { port } = new URL(process.env.TEST_DATABASE_URL!);
    expect(await migrate({ DATABASE_URL: urlOf(port || '3306') })).toMatch(REFUSED);
  });

  test('a server with a certificate for another name', async () => {
    const other = await createCertificate('db.example');
    await server.stop();
    server = await start(other, server.port);
    const url = urlOf(portOf(server.url));
    const NODE_EXTRA_CA_CERTS = join(dir, 'db.example.pem');
    expect(await migrate({ DATABASE_URL: url, NODE_EXTRA_CA_CERTS })).toMatch(REFUSED);
  });

  test('a server that requires TLS, if DATABASE_URL does not ask for it', async () => {
    const url = urlOf(portOf(server.url)).replace('mysqls:', 'mysql:');
    expect(await migrate({ DATABASE_URL: url })).not.toBe('');
  });
});
