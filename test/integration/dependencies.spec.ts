import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Package {
  /** The installed package, if it is another one than the path says. */
  readonly name?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

const manifest = read<Record<'dependencies' | 'devDependencies', Record<string, string>>>('package.json');
const { packages } = read<{ packages: Record<string, Package> }>('package-lock.json');
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** Licences that require no more than attribution when the software is distributed. */
const PERMISSIVE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0|\(MIT OR EUPL-1\.1\+\)|MIT \(http:\/\/mootools\.net\/license\.txt\))$/;
/** MIT, but stated only in a file of the package. */
const LICENSED_IN_A_FILE = ['node_modules/passport-strategy', 'node_modules/pause'];

test('every dependency is pinned to one version', () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

test('every package is locked by its checksum, and by no registry’s URL', () => {
  for (const [path, { integrity, resolved }] of locked) {
    expect(integrity, path).toMatch(/^sha512-/);
    expect(resolved, path).toBeUndefined();
  }
});

test('every package that is distributed has a permissive licence', () => {
  const distributed = locked.filter(([path, { dev }]) => !dev && !LICENSED_IN_A_FILE.includes(path));
  expect(distributed.length).toBeGreaterThan(100);
  for (const [path, { license }] of distributed) expect(license, path).toMatch(PERMISSIVE);
});

test('of the mailer only the sending is installed: empty packages replace its templates, previews and styles', () => {
  const own = 'node_modules/@nestjs-modules/mailer/node_modules/';
  const unwanted =
    /(^|\/)(@css-inline|mjml|nunjucks|liquidjs|pug|preview-email|display-notification|open)(\/|-|$)/;
  const standIns = locked.filter(([path]) => path.startsWith(own));
  expect(standIns.map(([path]) => path.slice(own.length)).sort()).toEqual([
    '@css-inline/css-inline',
    '@types/ejs',
    '@types/mjml',
    '@types/pug',
    'ejs',
    'glob',
    'liquidjs',
    'mjml',
    'nunjucks',
    'preview-email',
    'pug',
  ]);
  for (const [path, { name }] of standIns) expect(name, path).toBe('empty-npm-package');
  const others = locked.filter(([path, { dev }]) => !dev && !path.startsWith(own));
  for (const [path] of others) expect(path).not.toMatch(unwanted);
});

test('production installs fewer than 300 packages, over all operating systems', () => {
  // 575 before the mailer was cut down; `npm run licences` lists them.
  expect(locked.filter(([, { dev }]) => !dev).length).toBeLessThan(300);
});

test('npm runs no install scripts of packages', () => {
  expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
