import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic } from '../support/clinic.js';
import { expectProblem } from '../support/problems.js';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});
afterAll(() => clinic?.close());

const account = { email: 'plain', password: 'long enough' };

describe('many unknown fields', () => {
  test('are named up to twenty and counted beyond, together with errors of known fields', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_500 }, (_, at) => [`x${at}`, at]));
    const answer = await clinic.client.post('/api/auth/register', { ...unknown, ...account });
    const problem = expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
    expect(problem.errors!.map(({ field }) => field)).toEqual([
      ...Array.from({ length: 20 }, (_, at) => `x${at}`),
      'email',
    ]);
    expect(problem.detail).toMatch(/; 1480 more fields are not known$/);
  });

  test('in thousands are refused as a whole', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`x${at}`, at]));
    const answer = await clinic.client.post('/api/auth/register', { ...unknown, ...account });
    const problem = expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
    expect(problem.detail).toBe(
      'The body has 5002 fields, and no request has more than 2000. See /api/docs.',
    );
  });

  test('with long names get a short answer', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}${'é'.repeat(900)}`, 1]));
    const answer = await clinic.client.post('/api/auth/login', unknown);
    expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
    expect(JSON.stringify(answer.body).length).toBeLessThan(10_000);
  });

  test('are limited in a query too', async () => {
    const query = Array.from({ length: 900 }, (_, at) => `x${at}=1`).join('&');
    const { token } = await clinic.patient();
    const answer = await clinic.client.get(`/api/bookings/me?${query}`, { token });
    const problem = expectProblem(answer, { status: 400, code: 'VALIDATION_FAILED' });
    expect(problem.errors).toHaveLength(20);
  });
});
