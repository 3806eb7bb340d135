import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Clinic } from '../support/clinic.js';

type Visit = (url: string, patient: { email: string; password: string }, date: string) => Promise<object>;

let clinic: Clinic;
let folder: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  folder = await mkdtemp(join(tmpdir(), 'client-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await clinic?.close();
});

test('a client generated from the document books, reschedules and cancels, with --strict and without casts', async () => {
  const types = astToString(await openapiTS(new URL(`${clinic.client.baseUrl}/api/docs-json`)));
  await cp('test/client', folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'api.d.ts'), types);
  await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
    ({ stdout }: { stdout: string }) => ({ stdout }),
  );
  expect(compiled.stdout).toBe('');

  const [{ email, password }, { doctorId }] = [await clinic.patient(), await clinic.doctor()];
  const { visit } = (await import(pathToFileURL(join(folder, 'visit.js')).href)) as { visit: Visit };
  const result = await visit(clinic.client.baseUrl, { email, password }, '2026-03-02');
  expect(result).toMatchObject({
    booked: { doctor_id: doctorId, date: '2026-03-02', time: '09:00', duration: 60, version: 1 },
    // A client that filled in defaults would have shortened the appointment to 30 minutes.
    moved: { date: '2026-03-02', time: '16:00', duration: 60, version: 2 },
    message: 'Booking cancelled successfully',
    left: 0,
    refusedWith: 'BOOKING_NOT_FOUND',
  });
}, 120_000);
