import { type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import type { Answer } from './client.js';

/**
 * Sends a request with exactly this path: `fetch` would normalise it.
 *
 * @param localAddress the loopback address to send from
 */
export function sendVerbatim(
  baseUrl: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    chunks = [],
    localAddress,
  }: {
    method?: string;
    headers?: OutgoingHttpHeaders;
    chunks?: string[];
    localAddress?: string;
  } = {},
): Promise<Answer<unknown>> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      method,
      path,
      headers,
      agent: false,
      ...(localAddress && { localAddress }),
    };
    const sending = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const answered = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct))
          answered.set(name, values!.join(', '));
        const text = Buffer.concat(parts).toString('utf8');
        resolve({ status: response.statusCode!, headers: answered, body: parsed(text, answered) });
      });
    });
    sending.on('error', reject);
    for (const chunk of chunks) sending.write(chunk);
    sending.end();
  });
}

/** Writes bytes to a plain TCP connection, and returns the answer once the server closes it. */
export function sendRaw(baseUrl: string, bytes: string): Promise<Answer<unknown>> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', text = ''] = Buffer.concat(parts).toString('utf8').split('\r\n\r\n', 2);
      const [first = '', ...lines] = head.split('\r\n');
      const headers = new Headers(
        lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.split(': ')[1] ?? '']),
      );
      resolve({ status: Number(first.split(' ')[1]), headers, body: parsed(text, headers) });
    });
  });
}

function parsed(text: string, headers: Headers): unknown {
  return /json/.test(headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text;
}
