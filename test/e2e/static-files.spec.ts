import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type Person } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';
import { sendVerbatim } from '../support/verbatim-http.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const asAdmin = () => ({
  authorization: `Basic ${Buffer.from(`${admin.email}:${admin.password}`).toString('base64')}`,
});

/** Names that leave the folder, that no file can have, or that are not served. */
const NAMES = [
  '..',
  '../',
  '../x',
  '../../package.json',
  '../../../../../../../../etc/passwd',
  '%2e%2e/x',
  '..%5cx',
  '%5c%5chost%5cshare',
  '%00',
  'x%00',
  'x%00.css',
  '.%2e/x',
  'index.html%00',
  '%ff',
  'package.json',
  'LICENSE',
  'NOTICE',
  'README.md',
  'nothing.css',
];

describe('an unknown static file gets 404, or 400 if its name is malformed', () => {
  test.each(NAMES)('/api/docs/%s', async (name) => {
    const answer = await sendVerbatim(clinic.client.baseUrl, `/api/docs/${name}`);
    expect([400, 404], `${answer.status}`).toContain(answer.status);
    expectProblem(answer, { status: answer.status });
  });
  test.each(NAMES)('/admin/queues/static/%s', async (name) => {
    const answer = await sendVerbatim(clinic.client.baseUrl, `/admin/queues/static/${name}`, {
      headers: asAdmin(),
    });
    expect([400, 404], `${answer.status}`).toContain(answer.status);
    expectProblem(answer, { status: answer.status });
  });
});

test.each([
  'status=%00',
  'status=x',
  'page=-1',
  'page=x',
  'jobsPerPage=1e9',
  'activeQueue=%00',
  'status[]=x',
  'page=1&page=2',
])("an invalid query of the dashboard's API is never a 500: %s", async (query) => {
  const answer = await sendVerbatim(
    clinic.client.baseUrl,
    `/admin/queues/api/queues?activeQueue=notifications&${query}`,
    {
      headers: asAdmin(),
    },
  );
  expect(answer.status).toBeLessThan(500);
});
