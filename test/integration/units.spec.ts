import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/documents.js';

const UNITS = join(ROOT, 'docs/systemd');
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
  expect(programs.sort()).toEqual(['integrity', 'main', 'worker']);
  const sources = readdirSync(join(ROOT, 'src'));
  for (const program of programs) expect(sources).toContain(`${program}.ts`);
});
