import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIRMATION_KINDS, LINK_KINDS, NOTICE_KINDS } from '../../src/outbox/notification-kind.js';

/** Files that name kinds without writing notifications. */
const READERS =
  /\.spec\.ts$|migrations|notification-kind\.ts$|-texts\.ts$|delivery\.rules\.ts$|^notifications/;

const writers = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !READERS.test(file))
  .map((file) => readFileSync(join('src', file), 'utf8'))
  .join('\n');

test.each([...CONFIRMATION_KINDS, ...LINK_KINDS, ...NOTICE_KINDS])(
  'something writes notifications of kind %s',
  (kind) => {
    expect(writers).toContain(`'${kind}'`);
  },
);
