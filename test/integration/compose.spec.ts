import { readFileSync, existsSync } from 'node:fs';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { expect, test } from 'vitest';

interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const { services } = load(text, { schema: CORE_SCHEMA.withTags(mergeTag) }) as {
  services: Readonly<Record<string, Service>>;
};
const MAX_DRAIN_SECONDS = 300;

test('SMTP_URL comes from .env, without a default', () => {
  for (const name of ['api', 'worker', 'migrate'])
    expect(services[name]!.environment!.SMTP_URL, name).toMatch(/^\$\{SMTP_URL:\?/);
});

test('docs/deployment.md names the variables that .env must set', () => {
  const required = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name!));
  const [, docker] = /^## Docker\n(.*?)^## /ms.exec(readFileSync('docs/deployment.md', 'utf8'))!;
  expect([...required].filter((name) => !docker!.includes(`\`${name}\``))).toEqual([]);
});

test('only the mail catcher belongs to the demo profile, and no service depends on it', () => {
  const inProfiles = Object.entries(services).filter(([, { profiles }]) => profiles !== undefined);
  expect(inProfiles.map(([name, { profiles }]) => [name, profiles])).toEqual([['mailbox', ['demo']]]);
  for (const [name, { depends_on = {} }] of Object.entries(services))
    expect(Object.keys(depends_on), name).not.toContain('mailbox');
});

test('the mail catcher is protected from pages of other origins', () => {
  const { environment, volumes } = services.mailbox!;
  expect(environment!.NODE_OPTIONS).toBe('--import=/own-pages-only.mjs');
  expect(volumes).toContain('./bin/support/own-pages-only.mjs:/own-pages-only.mjs:ro');
});

test('only the API and the mail catcher’s page are published, on loopback', () => {
  const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
  expect(published.map(([name]) => name).sort()).toEqual(['api', 'mailbox']);
  for (const [name, { ports }] of published)
    for (const port of ports!) expect(port, name).toMatch(/^127\.0\.0\.1:/);
});

test('NODE_ENV is production by default, and only MySQL and Redis are allowed in plain text', () => {
  const { environment } = services.api!;
  expect(environment!.NODE_ENV).toBe('${NODE_ENV:-production}');
  expect(environment!.ALLOW_PLAINTEXT).toBe('mysql,redis,${ALLOW_PLAINTEXT:-}');
});

test('neither the service nor the migration uses the database’s root user', () => {
  const users = ['api', 'worker', 'migrate'].map(
    (name) => /^mysql:\/\/(\w+):/.exec(services[name]!.environment!.DATABASE_URL!)![1],
  );
  expect(users).toEqual(['clinica', 'clinica', 'clinica_owner']);
});

test('the grants are those of docs/sql, and every mounted file exists', () => {
  const scripts = ['users', 'grants'].map((name) => services[name]!.command!.at(-1)!);
  const files = scripts.flatMap((script) =>
    [...script.matchAll(/\/sql\/([\w-]+\.sql)/g)].map(([, file]) => file),
  );
  expect(files).toEqual(['owner.sql', 'service.sql', 'forget-events.sql']);
  for (const file of files) expect(existsSync(`docs/sql/${file}`), file).toBe(true);
  for (const script of scripts) expect(script).not.toContain('GRANT SELECT');
  for (const { volumes = [] } of Object.values(services))
    for (const [source] of volumes.map((volume) => volume.split(':')))
      if (source!.startsWith('.')) expect(existsSync(source!), source).toBe(true);
});

test('the API’s stop grace period is longer than the longest drain time', () => {
  expect(Number(/^(\d+)s$/.exec(services.api!.stop_grace_period!)![1])).toBeGreaterThan(MAX_DRAIN_SECONDS);
});

test('the API counts as healthy while it is alive, even without Redis', () => {
  const command = services.api!.healthcheck!.test.join(' ');
  expect(command).toContain('/health/live');
  expect(command).not.toContain('/health/ready');
});

test('every image has an exact version', () => {
  const images = Object.values(services).map(({ image }) => image);
  const bases = [...readFileSync('Dockerfile', 'utf8').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image!);
  for (const image of [...images.filter((each) => each !== 'clinica'), ...bases])
    expect(image).toMatch(/:\d+\.\d+\.\d+(-[\w-]+)?$/);
});
