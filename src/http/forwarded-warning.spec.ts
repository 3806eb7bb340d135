import type { FastifyRequest } from 'fastify';
import { afterEach, expect, test, vi } from 'vitest';
import { ForwardedWarning } from './forwarded-warning.js';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a request through an untrusted proxy logs a warning once an hour, with what to do', () => {
  const warn = vi.fn();
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const warning = new ForwardedWarning();
  const send = (headers: object) => warning.check({ headers, log: { warn } } as unknown as FastifyRequest);
  send({ host: 'clinic.example' });
  expect(warn).toHaveBeenCalledTimes(0);
  send({ 'x-forwarded-for': '203.0.113.7' });
  send({ forwarded: 'for=203.0.113.7' });
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]![0]).toMatch(/Set TRUST_PROXY to/);
  now += 60 * 60_000;
  send({ forwarded: 'for=203.0.113.7' });
  expect(warn).toHaveBeenCalledTimes(2);
});
