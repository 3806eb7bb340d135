import { type Logger, symbols } from 'pino';
import { QueryFailedError } from 'typeorm';
import { beforeEach, describe, expect, test } from 'vitest';
import { DatabaseEnvironment } from '../config/database.environment.js';
import { createLogger, NestLogger } from './logger.js';

interface Line {
  readonly level: string;
  readonly msg?: string;
  readonly context?: string;
  readonly err?: { readonly type: string; readonly message: string; readonly stack: string };
}

let logger: Logger & { [symbols.streamSym]?: { write: (line: string) => void } };
let written: string[];

beforeEach(() => {
  logger = createLogger(Object.assign(new DatabaseEnvironment(), { LOG_LEVEL: 'info' }));
  written = [];
  logger[symbols.streamSym] = { write: (line) => written.push(line) };
});

function lines(): Line[] {
  return written.map((line) => JSON.parse(line) as Line);
}

describe('no log line contains an email address', () => {
  const sql = "Duplicate entry 'ana@people.example' for key 'accounts_email'";

  test('not in the message, stack or cause of an error', () => {
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

  test('not in lines of Nest and its libraries', () => {
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

test('Nest’s startup lines are left out at level info', () => {
  const nest = new NestLogger(logger);
  nest.log('AppModule dependencies initialized', 'InstanceLoader');
  nest.log('Relaying again', 'Relay');
  nest.error('Cannot start', 'InstanceLoader');
  expect(lines().map(({ msg }) => msg)).toEqual(['Relaying again', 'Cannot start']);
});
