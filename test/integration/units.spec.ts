import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/documents.js';

const UNITS = join(ROOT, 'docs/systemd');
const unit = (name: string): string => readFileSync(join(UNITS, `clinica-${name}.service`), 'utf8');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.skipIf(!hasSystemd)('systemd finds nothing wrong with the units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  const names = readdirSync(UNITS);
  for (const name of names) {
    // systemd-analyze also checks that the program exists.
    const text = readFileSync(join(UNITS, name), 'utf8').replace('/usr/bin/node', process.execPath);
    writeFileSync(join(folder, name), text);
  }
  const files = names.map((name) => join(folder, name));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

test('each unit runs a program of this repository', () => {
  const programs = readdirSync(UNITS).flatMap(
    (name) => /ExecStart=\S+ dist\/(\w+)\.js/.exec(readFileSync(join(UNITS, name), 'utf8'))?.[1] ?? [],
  );
  expect(programs.sort()).toEqual(['integrity', 'main', 'migrate', 'worker']);
  const sources = readdirSync(join(ROOT, 'src'));
  for (const program of programs) expect(sources).toContain(`${program}.ts`);
});

test.each(['api', 'worker'])('systemd gives the %s as much time to stop as Docker does', (name) => {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const service = compose.split(/^(?=  \w+:$)/m).find((part) => part.startsWith(`  ${name}:`))!;
  const [, seconds] = /stop_grace_period: (\d+)s/.exec(service)!;
  expect(unit(name)).toMatch(new RegExp(`^TimeoutStopSec=${seconds}$`, 'm'));
});

test('the migration alone reads the URL of the database’s owner, which overrides the service’s', () => {
  const filesOf = (name: string): string[] =>
    [...unit(name).matchAll(/^EnvironmentFile=(.+)$/gm)].map(([, file]) => file!);
  expect(filesOf('migrate')).toEqual(['/etc/clinica.env', '/etc/clinica-owner.env']);
  for (const name of ['api', 'worker', 'integrity']) expect(filesOf(name)).toEqual(['/etc/clinica.env']);
});
