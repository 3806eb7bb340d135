/** `npm run licences`: lists the packages of the service by licence, as package-lock.json has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/environment.js';
import { print } from './support/output.js';

/** @typedef {{ packages: Record<string, { license?: string, dev?: boolean, version: string }> }} LockFile */

const parse = /** @type {(text: string) => LockFile} */ (JSON.parse);
const { packages } = parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);

/** @type {Map<string, string[]>} */
const byLicence = new Map();
for (const [path, { license = 'see the file in the package', version }] of installed) {
  const name = `${path.replace(/^.*node_modules\//, '')} ${version}`;
  byLicence.set(license, [...(byLicence.get(license) ?? []), name]);
}
for (const [licence, names] of [...byLicence].sort()) print(`${licence}\n  ${names.sort().join('\n  ')}\n`);
print(`${installed.length} packages, including those for other systems`);
