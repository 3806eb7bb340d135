import { describe, expect, test } from 'vitest';
import { readDatabaseUrl, readRedisUrl } from './server-url.js';

describe('the address of the database', () => {
  test('names a host', () => {
    expect(readDatabaseUrl('mysql://clinica:secret@db.example:3307/clinica')).toMatchObject({
      hosts: [{ host: 'db.example', port: 3307 }],
      user: 'clinica',
      password: 'secret',
      database: 'clinica',
    });
  });

  test('or several, in the order in which they are tried; the usual port need not be said', () => {
    expect(readDatabaseUrl('mysql://root@10.0.0.1:3307,db2,[::1]:3309/my-clinic')).toMatchObject({
      hosts: [
        { host: '10.0.0.1', port: 3307 },
        { host: 'db2', port: 3306 },
        { host: '::1', port: 3309 },
      ],
      password: '',
      database: 'my-clinic',
    });
  });

  test('may hold a password of any characters, percent-encoded', () => {
    expect(readDatabaseUrl('mysql://a%40b:%2C%2F%3A%24%26@h1,h2/clinica')).toMatchObject({
      hosts: [{ host: 'h1' }, { host: 'h2' }],
      user: 'a@b',
      password: ',/:$&',
    });
  });

  test('may ask for TLS, of hosts by their names', () => {
    expect(readDatabaseUrl('mysql://h/clinica')).toMatchObject({ tls: false });
    expect(readDatabaseUrl('mysqls://h1,h2.example:3307/clinica')).toMatchObject({
      tls: true,
      hosts: [{ host: 'h1' }, { host: 'h2.example' }],
      database: 'clinica',
    });
  });

  test.each([
    'mysqls://10.0.0.1/clinica',
    'mysqls://h,[::1]/clinica',
    'mysqlss://h/clinica',
    'http://h/clinica',
    'mysql://h1,/clinica',
    'mysql://,h/clinica',
    'mysql://h:x/clinica',
    'mysql://h/a/b',
    'mysql:///a',
    'mysql://u:100%@h/a',
  ])('is not %s', (url) => expect(readDatabaseUrl(url)).toBeUndefined());
});

describe('the address of Redis', () => {
  test.each([
    ['redis://localhost', { hosts: [{ host: 'localhost', port: 6379 }], db: 0, tls: false }],
    [
      'rediss://u:p@redis.example:6380/3',
      { hosts: [{ port: 6380 }], user: 'u', password: 'p', db: 3, tls: true },
    ],
    [
      'redis+sentinel://:p@s1,s2:26380/clinica/2',
      {
        hosts: [
          { host: 's1', port: 26379 },
          { host: 's2', port: 26380 },
        ],
        master: 'clinica',
        password: 'p',
        db: 2,
        tls: false,
      },
    ],
    ['rediss+sentinel://s1/clinica', { master: 'clinica', db: 0, tls: true }],
  ])('%s', (url, read) => expect(readRedisUrl(url)).toMatchObject(read));

  test('names no master where there are no sentinels', () => {
    expect(readRedisUrl('redis://localhost/1')).not.toHaveProperty('master');
  });

  test.each([
    'redis://a,b/0',
    'redis://a/clinica',
    'redis+sentinel://a,b',
    'redis+sentinel://a/clinica/x',
    'redis+sentinel://a/clinica/0/0',
    'http://a',
  ])('is not %s', (url) => expect(readRedisUrl(url)).toBeUndefined());
});
