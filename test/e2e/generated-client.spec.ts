import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { doctorsWithType } from '../support/any-doctor.js';
import { Clinic } from '../support/clinic.js';

type Work = (url: string, token: string, doctorId: number, date: string) => Promise<object>;
type VisitAny = (url: string, token: string, typeId: number, date: string) => Promise<object>;
type Visit = (url: string, patient: { email: string; password: string }, date: string) => Promise<object>;

let clinic: Clinic;
let folder: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  folder = await mkdtemp(join(tmpdir(), 'client-'));
  expect(await compile()).toBe('');
}, 120_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await clinic?.close();
});

/** Generates the types, and compiles the clients with --strict. Returns what the compiler says. */
async function compile(): Promise<string> {
  const types = astToString(await openapiTS(new URL(`${clinic.client.baseUrl}/api/docs-json`)));
  await cp('test/client', folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'api.d.ts'), types);
  await symlink(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
    ({ stdout }: { stdout: string }) => ({ stdout }),
  );
  return compiled.stdout;
}

const load = async <T>(name: string): Promise<T> =>
  (await import(pathToFileURL(join(folder, name)).href)) as T;

test('a client generated from the document books, reschedules and cancels, with --strict and without casts', async () => {
  const [{ email, password }, { doctorId }] = [await clinic.patient(), await clinic.doctor()];
  const { visit } = await load<{ visit: Visit }>('visit.js');
  const result = await visit(clinic.client.baseUrl, { email, password }, '2026-03-02');
  expect(result).toMatchObject({
    booked: { doctor_id: doctorId, date: '2026-03-02', time: '09:00', duration: 60, version: 1 },
    // A client that filled in defaults would have shortened the appointment to 30 minutes.
    moved: { date: '2026-03-02', time: '16:00', duration: 60, version: 2 },
    message: 'Booking cancelled successfully',
    left: 0,
    refusedWith: 'BOOKING_NOT_FOUND',
  });
});

test('a generated client of the desk finds, books with an override, sets a status and merges, without casts', async () => {
  const [admin, { doctorId }] = [await clinic.admin(), await clinic.doctor()];
  const names = { given_name: 'Lucía', family_name: 'Romero', phone: '+34612345678' };
  const { id } = (await clinic.client.post('/api/patients', names, admin)).body;
  clinic.clock.set('2026-03-02T08:00:00Z');
  const { work } = await load<{ work: Work }>('desk.js');
  expect(await work(clinic.client.baseUrl, admin.token, doctorId, '2026-03-02')).toMatchObject({
    candidates: [id],
    stood: ['OUTSIDE_AVAILABILITY'],
    booked: { doctor_id: doctorId, time: '20:00', status: 'booked' },
    staleStatus: 412,
    arrived: 'arrived',
    allowed: ['fulfilled', 'booked'],
    overlaps: [],
    mergedInto: id,
  });
});

test('a generated client books any doctor, and learns why a time cannot be booked, without casts', async () => {
  const { type, doctors } = await doctorsWithType(clinic, 2);
  const { token } = await clinic.patient();
  const { visitAny } = await load<{ visitAny: VisitAny }>('any.js');
  expect(await visitAny(clinic.client.baseUrl, token, type.id, '2026-03-03')).toMatchObject({
    booked: { doctor_id: doctors[0]!.doctorId, date: '2026-03-03', time: '09:00', type: { id: type.id } },
    stood: ['TAKEN', 'PATIENT_BUSY'],
    refusedWith: 'VALIDATION_FAILED',
    next: [{ time: '09:30' }, { time: '10:00' }, { time: '10:30' }],
  });
});
