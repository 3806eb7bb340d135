import { describe, expect, test } from 'vitest';
import { readDatabaseUrl, readRedisUrl } from './server-url.js';

describe('the URL of the database', () => {
  test('names a host', () => {
    expect(readDatabaseUrl('mysql://clinica:secret@db.example:3307/clinica')).toMatchObject({
      hosts: [{ host: 'db.example', port: 3307 }],
      user: 'clinica',
      password: 'secret',
      database: 'clinica',
    });
  });

  test('may name several hosts in the order of preference; the default port can be omitted', () => {
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

  test('may contain a password of any characters, percent-encoded', () => {
    expect(readDatabaseUrl('mysql://a%40b:%2C%2F%3A%24%26@h1,h2/clinica')).toMatchObject({
      hosts: [{ host: 'h1' }, { host: 'h2' }],
      user: 'a@b',
      password: ',/:$&',
    });
  });

  test('may require TLS, with host names', () => {
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
  ])('cannot be %s', (url) => expect(readDatabaseUrl(url)).toBeUndefined());
});

describe('the URL of Redis', () => {
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
  ])('can be %s', (url, parsed) => expect(readRedisUrl(url)).toMatchObject(parsed));

  test('has no master without sentinels', () => {
    expect(readRedisUrl('redis://localhost/1')).not.toHaveProperty('master');
  });

  test.each([
    'redis://a,b/0',
    'redis://a/clinica',
    'redis+sentinel://a,b',
    'redis+sentinel://a/clinica/x',
    'redis+sentinel://a/clinica/0/0',
    'http://a',
  ])('cannot be %s', (url) => expect(readRedisUrl(url)).toBeUndefined());
});
