import fc from 'fast-check';
import { type Logger, symbols } from 'pino';
import { QueryFailedError } from 'typeorm';
import { beforeEach, describe, expect, test } from 'vitest';
import { Environment } from './environment.js';
import { createLogger, NestLogger, withoutAddresses, withoutRecipient } from './logger.js';

interface Line {
  readonly level: string;
  readonly msg?: string;
  readonly context?: string;
  readonly err?: { readonly type: string; readonly message: string; readonly stack: string };
}

let logger: Logger & { [symbols.streamSym]?: { write: (line: string) => void } };
let written: string[];

beforeEach(() => {
  logger = createLogger(Object.assign(new Environment(), { LOG_LEVEL: 'info' }));
  written = [];
  logger[symbols.streamSym] = { write: (line) => written.push(line) };
});

function lines(): Line[] {
  return written.map((line) => JSON.parse(line) as Line);
}

describe('addresses are hidden', () => {
  test.each([
    ['550 5.1.1 <ana.ruiz+x@people.example>: unknown', '550 5.1.1 <[address]>: unknown'],
    [
      "Duplicate entry 'ana@people.example' for key 'accounts_email'",
      "Duplicate entry '[address]' for key 'accounts_email'",
    ],
    ['to ana@people.example, bea@people.example.', 'to [address], [address]'],
    ['ANA@PEOPLE.EXAMPLE', '[address]'],
    ["o'brien@people.example", '[address]'],
    ['"Ana Ruiz"@people.example is full', '[address] is full'],
    ['niño@clínica.example', '[address]'],
    ['nothing of the kind @ all', 'nothing of the kind @ all'],
    ['at /srv/node_modules/@nestjs/core/router.js:9:1', 'at /srv/node_modules/@nestjs/core/router.js:9:1'],
  ])('%s', (text, expected) => {
    expect(withoutAddresses(text)).toBe(expected);
  });

  test('whatever the address is made of and stands between', () => {
    const atom = fc.string({
      unit: fc.constantFrom(...'abcXYZ019.!#$%&*+-/?^_{|}~'),
      minLength: 1,
      maxLength: 20,
    });
    const around = fc.constantFrom(' ', '<', '>', "'", '(', ')', ',', '\n', ': ', '');
    fc.assert(
      fc.property(atom, around, around, (local, before, after) => {
        const text = withoutAddresses(`said${before}${local}@people.example${after}`);
        expect(text).not.toContain('@');
        expect(text).not.toContain('people');
      }),
    );
  });

  test('in time that does not explode with the length of the text', () => {
    expect(withoutAddresses('a'.repeat(20_000))).toHaveLength(20_000);
  });
});

describe('no line of the log holds an address', () => {
  const sql = "Duplicate entry 'ana@people.example' for key 'accounts_email'";

  test('neither in an error’s message, nor in its stack, nor in that of its cause', () => {
    const driver = Object.assign(new Error(sql), { sqlMessage: sql, sql: `INSERT ('ana@people.example')` });
    const failed = new QueryFailedError('INSERT INTO accounts', ['ana@people.example'], driver);
    logger.error({ err: new Error('Saving failed', { cause: failed }) }, 'trouble');
    logger.child({ request_id: 'r1' }).warn({ err: failed });
    logger.error(failed);
    expect(written.join('')).not.toMatch(/ana|people\.example/);
    expect(lines()[0]).toMatchObject({ level: 'error', msg: 'trouble' });
    expect(lines()[1]!.err!.message).toContain('[address]');
    expect(lines()[0]!.err!.stack).toContain('logger.spec');
  });

  test('nor in what Nest and its libraries say', () => {
    const nest = new NestLogger(logger);
    nest.log('Sent to ana@people.example', 'Mail');
    nest.error(new Error('No such mailbox: ana@people.example'), 'Mail');
    nest.error('ana@people.example', 'Error: ana@people.example\n    at somewhere', 'Mail');
    nest.warn({ toString: () => 'ana@people.example' });
    expect(written.join('')).not.toMatch(/ana|people\.example/);
    expect(lines().map(({ level }) => level)).toEqual(['info', 'error', 'error', 'warn']);
    expect(lines()[0]).toMatchObject({ context: 'Mail', msg: 'Sent to [address]' });
    expect(lines()[1]!.err!.type).toBe('Error');
  });
});

test('what Nest says of itself while it starts is left out of the usual log', () => {
  const nest = new NestLogger(logger);
  nest.log('AppModule dependencies initialized', 'InstanceLoader');
  nest.log('Relaying again', 'Relay');
  nest.error('Cannot start', 'InstanceLoader');
  expect(lines().map(({ msg }) => msg)).toEqual(['Relaying again', 'Cannot start']);
});

describe('what a mail server says of a recipient', () => {
  test.each([
    ['550 5.1.1 <mary.canary@x.example>: no such user', /mary|canary/i],
    ['550 no such user (mary.canary…)', /mary|canary/i],
    ['550 No mailbox "Mary Canary" at x.example', /mary|canary/i],
    ['452 4.2.2 MARY.CANARY is over quota', /mary|canary/i],
  ])('%s', (said, name) => {
    const told = withoutRecipient(said, 'mary.canary@x.example');
    expect(told).not.toMatch(name);
    expect(told.slice(0, 3)).toBe(said.slice(0, 3));
  });
  test('odd names hide themselves and nothing else', () => {
    expect(withoutRecipient('550 a+b(c is unknown', 'a+b(c@x.example')).toBe('550 [name] is unknown');
    expect(withoutRecipient('550 unknown', 'a.*@x.example')).toBe('550 unknown');
  });
});
