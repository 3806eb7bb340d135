import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAllBelow } from './leftovers.js';

/**
 * A folder that goes at the end, with every program that still uses it.
 *
 * @param {string} name
 * @param {import('./ending.js').Ending} ending
 * @returns {string}
 */
export function temporaryFolder(name, ending) {
  const dir = mkdtempSync(join(tmpdir(), `clinica-${name}-`));
  ending.atEnd(async () => {
    await endAllBelow(dir);
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}
