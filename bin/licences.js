/** `npm run licences`: what the packages that the service runs with are licensed under, as its lock file has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/environment.js';
import { line } from './support/say.js';

/** @typedef {{ packages: Record<string, { license?: string, dev?: boolean, version: string }> }} LockFile */

const parse = /** @type {(text: string) => LockFile} */ (JSON.parse);
const { packages } = parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));

/** @type {Map<string, string[]>} */
const byLicence = new Map();
for (const [path, { license = 'said in a file of the package', dev, version }] of Object.entries(packages)) {
  if (path === '' || dev) continue;
  const name = `${path.replace(/^.*node_modules\//, '')} ${version}`;
  byLicence.set(license, [...(byLicence.get(license) ?? []), name]);
}
const groups = [...byLicence]
  .sort()
  .map(([licence, names]) => `${licence}\n  ${names.sort().join('\n  ')}\n`);
line(groups.join('\n'));
const count = [...byLicence.values()].reduce((sum, names) => sum + names.length, 0);
line(`${count} packages, those of other systems among them`);
