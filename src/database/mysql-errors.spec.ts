import { QueryFailedError } from 'typeorm';
import { describe, expect, test } from 'vitest';
import { isAccessDenied, isConnectionLost, isDuplicate, isRetryable } from './mysql-errors.js';

/** An error as the driver throws it, and as TypeORM wraps it. */
function both(driver: { errno?: number; code?: string; sqlMessage?: string; message?: string }): unknown[] {
  const error = Object.assign(new Error(driver.message ?? driver.sqlMessage ?? 'database'), driver);
  return [error, new QueryFailedError('SELECT 1', [], error)];
}

test.each([
  { name: 'a deadlock', errno: 1213, retry: true, lost: false },
  { name: 'a lock wait timeout', errno: 1205, retry: true, lost: false },
  { name: 'a changed snapshot', errno: 1020, retry: true, lost: false },
  { name: 'a duplicate', errno: 1062, retry: false, lost: false },
  { name: 'a syntax error', errno: 1064, retry: false, lost: false },
  { name: 'a foreign key', errno: 1452, retry: false, lost: false },
  { name: 'a server shutting down', errno: 1053, retry: false, lost: true },
  { name: 'a killed connection', errno: 1927, retry: false, lost: true },
  { name: 'too many connections', errno: 1040, retry: false, lost: true },
])('$name ($errno): retried $retry, connection lost $lost', ({ errno, retry, lost }) => {
  for (const error of both({ errno })) {
    expect(isRetryable(error)).toBe(retry);
    expect(isConnectionLost(error)).toBe(lost);
  }
});

test.each(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'])(
  '%s means that the connection was lost, and is not simply retried',
  (code) => {
    for (const error of both({ code })) {
      expect(isConnectionLost(error)).toBe(true);
      expect(isRetryable(error)).toBe(false);
    }
  },
);

test.each(["Can't add new command when connection is in closed state", 'Pool is closed.'])(
  'so does an error that the driver reports only in words: %s',
  (message) => {
    for (const error of both({ message })) expect(isConnectionLost(error)).toBe(true);
  },
);

describe('a duplicate', () => {
  const sqlMessage = "Duplicate entry '1-2026-03-02 09:00:00' for key 'bookings_live_start'";

  test('is recognised by the name of its key, as MariaDB and MySQL write it', () => {
    const qualified = sqlMessage.replace("'bookings_live", "'bookings.bookings_live");
    for (const error of [
      ...both({ errno: 1062, sqlMessage }),
      ...both({ errno: 1062, sqlMessage: qualified }),
    ]) {
      expect(isDuplicate(error, 'bookings_live_start')).toBe(true);
      expect(isDuplicate(error, 'bookings_uid')).toBe(false);
    }
  });

  test('is no other error that mentions the key', () => {
    for (const error of both({ errno: 1213, sqlMessage })) {
      expect(isDuplicate(error, 'bookings_live_start')).toBe(false);
    }
  });

  test('is recognised by the key alone: a value that spells another key’s name does not count', () => {
    const spelled = "Duplicate entry 'doctors_user@people.example' for key 'accounts_email'";
    for (const error of both({ errno: 1062, sqlMessage: spelled })) {
      expect(isDuplicate(error, 'doctors_user')).toBe(false);
      expect(isDuplicate(error, 'accounts_email')).toBe(true);
    }
  });
});

test('a user without rights on the database is denied access', () => {
  for (const error of both({ errno: 1044 })) expect(isAccessDenied(error)).toBe(true);
  for (const error of both({ errno: 1045 })) expect(isAccessDenied(error)).toBe(false);
});

test.each([undefined, null, 'a text', 1213, new Error('plain'), {}])('%j is none of these', (thrown) => {
  expect([
    isRetryable(thrown),
    isConnectionLost(thrown),
    isDuplicate(thrown, 'x'),
    isAccessDenied(thrown),
  ]).toEqual([false, false, false, false]);
});
