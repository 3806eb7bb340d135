import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_ATTEMPTS } from './delivery.rules.js';
import { afterFailure, afterInternalFault, INTERNAL_FAULT } from './mail-failure.js';

const NOW = Date.parse('2026-03-01T10:00:00Z');
const mail = { email: 'anna-maria@example.com', attempts: 0 };

const smtpError = (message: string, properties: object = {}) =>
  Object.assign(new Error(message), { code: 'EENVELOPE', ...properties });

describe('a failed attempt is settled', () => {
  const oddText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: fc.constantFrom(...'-.*+?^$(){}[]|/\\\'"`=@<>\0\r\n ab\ud83e\udd14'), maxLength: 200 }),
    fc.constantFrom('\ud800', '🩺'.repeat(300), 'x'.repeat(65_536), '\0'.repeat(600)),
  );
  const email = oddText.map((local) => `${local}@people.example`);

  test('whatever the address is, and whatever the server says about it', () => {
    const reply = fc.tuple(oddText, oddText).map((parts) => parts.join(''));
    fc.assert(
      fc.property(email, reply, fc.constantFrom(450, 550), (to, text, responseCode) => {
        const error = smtpError(`${text}${to}${text}${to.split('@')[0]}`, {
          responseCode,
          command: 'RCPT TO',
        });
        const settlement = afterFailure(error, { email: to, attempts: 3 }, NOW);
        expect(settlement).toMatchObject({ offered: true, state: responseCode === 450 ? 'pending' : 'dead' });
        expect(typeof settlement.reason).toBe('string');
      }),
    );
  });

  test('whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), email, (thrown, to) => {
        expect(['pending', 'dead']).toContain(afterFailure(thrown, { email: to, attempts: 0 }, NOW).state);
      }),
    );
  });

  test('even if the error cannot be turned into text', () => {
    const mute = Object.create(null) as object;
    const hostile = { toString: () => { throw new Error('no'); } }; // prettier-ignore
    for (const thrown of [mute, hostile, Symbol('x'), undefined, null]) {
      const { state, reason } = afterFailure(thrown, mail, NOW);
      expect([state, typeof reason]).toEqual(['pending', 'string']);
    }
  });
});

test('a failed attempt is retried later, until there were too many', () => {
  expect(afterFailure(smtpError('450 later', { responseCode: 450 }), mail, NOW)).toMatchObject({
    state: 'pending',
    reason: '450 later',
  });
  const last = afterFailure(smtpError('450 later'), { ...mail, attempts: MOST_ATTEMPTS - 1 }, NOW);
  expect(last).toMatchObject({ state: 'dead', reason: 'given up: 450 later' });
});

test.each([
  ['a fault in a template', new TypeError('name is not defined')],
  ['an unknown time zone', new RangeError('Invalid time zone: Mars/Olympus')],
  ['a missing recipient', smtpError('No recipients defined', { command: 'API', responseCode: false })],
])('%s is not the mail server’s failure: the mail is dead at once', (_, error) => {
  for (const settlement of [afterFailure(error, mail, NOW), afterInternalFault(error, mail)]) {
    expect(settlement).toEqual({
      state: 'dead',
      offered: false,
      reason: `${INTERNAL_FAULT}: ${error.message}`,
    });
  }
});

test.each([
  ['refuses the connection', { code: 'ECONNECTION', command: 'CONN' }],
  ['does not answer', { code: 'ETIMEDOUT', command: 'CONN' }],
  ['refuses the log-in', { code: 'EAUTH', command: 'API' }],
  ['refuses the mail for now', { code: 'EMESSAGE', command: 'DATA', responseCode: 451 }],
])('a server that %s gets the mail again later', (_, properties) => {
  expect(afterFailure(smtpError('no', properties), mail, NOW)).toMatchObject({
    state: 'pending',
    offered: true,
  });
});
