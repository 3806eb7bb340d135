import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMailbox } from '../../bin/support/mailbox.js';

const CANARY = 'only the owner of this machine may read this';

let mailbox: Awaited<ReturnType<typeof startMailbox>>;

beforeAll(async () => {
  mailbox = await startMailbox(mkdtempSync(join(tmpdir(), 'mail-catcher-')));
  const { hostname: host, port } = new URL(mailbox.smtpUrl);
  const transport = createTransport({ host, port: Number(port), ignoreTLS: true });
  await transport.sendMail({
    from: 'a@clinic.example',
    to: 'b@people.example',
    subject: CANARY,
    text: CANARY,
  });
});

afterAll(() => mailbox?.running.stop());

const port = () => new URL(mailbox.url).port;
/** Replaces `PORT` by the mail catcher's port. */
const withPort = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', port())]));

async function ask(path: string, headers: Record<string, string>, method = 'GET') {
  const sent = request({ host: '127.0.0.1', port: port(), path, method, headers: withPort(headers) });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += String(chunk);
  return { status: answer.statusCode, body, headers: answer.headers };
}

/** The first line of the answer to a WebSocket handshake; empty if the connection is closed. */
async function handshake(headers: Record<string, string>): Promise<string> {
  const socket = connect(Number(port()), '127.0.0.1').setEncoding('utf8');
  const lines = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.from('0123456789abcdef').toString('base64'),
    ...withPort(headers),
  };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${head.join('')}\r\n`);
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
    socket.destroy();
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return answer.split('\r\n')[0]!;
}

const FOREIGN: Record<string, Record<string, string>> = {
  'a page of another site': { host: '127.0.0.1:PORT', origin: 'https://evil.example' },
  'a page on another port of this machine': { host: 'localhost:PORT', origin: 'http://localhost:3000' },
  'a page by the other name of this machine': { host: '127.0.0.1:PORT', origin: 'http://localhost:PORT' },
  'a page over TLS': { host: 'localhost:PORT', origin: 'https://localhost:PORT' },
  'a sandboxed page': { host: 'localhost:PORT', origin: 'null' },
  'a name that resolves to this machine': { host: 'rebound.evil.example:PORT' },
  'a name that resolves to this machine, and its page': {
    host: 'rebound.evil.example:PORT',
    origin: 'http://rebound.evil.example:PORT',
  },
  'a name that begins like this machine’s': { host: 'localhost.evil.example:PORT' },
  'an image or frame of another site': { host: 'localhost:PORT', 'sec-fetch-site': 'cross-site' },
  'a script of another port': { host: 'localhost:PORT', 'sec-fetch-site': 'same-site' },
};

describe.each(Object.entries(FOREIGN))('to %s the mail catcher', (_, headers) => {
  test.each(['/', '/api/email', '/socket.io/?EIO=4&transport=polling'])(
    'does not answer %s',
    async (path) => {
      const { status, body, headers: answered } = await ask(path, headers);
      expect(status).toBe(403);
      expect(body).not.toContain(CANARY);
      expect(answered).not.toHaveProperty('access-control-allow-origin');
    },
  );
  test('deletes nothing, and refuses the preflight', async () => {
    expect((await ask('/api/email/all', headers, 'DELETE')).status).toBe(403);
    expect((await ask('/api/email/all', headers, 'OPTIONS')).status).toBe(403);
  });
  test('opens no WebSocket', async () => {
    expect(await handshake(headers)).toBe('');
  });
});

test.each<Record<string, string>>([
  { host: '127.0.0.1:PORT' },
  { host: 'localhost:PORT', origin: 'http://localhost:PORT', 'sec-fetch-site': 'same-origin' },
  { host: '[::1]:PORT', 'sec-fetch-site': 'none' },
])('its own pages read all mail: %j', async (headers) => {
  expect((await ask('/api/email', headers)).body).toContain(CANARY);
  expect(await handshake(headers)).toBe('HTTP/1.1 101 Switching Protocols');
});
