import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that serves an API below a path, as nginx does with `location /clinic/ { proxy_pass http://api/; }`. */
export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

/** @param tellsPrefix whether it sends `X-Forwarded-Prefix` */
export async function proxyTo(target: string, prefix: string, tellsPrefix = true): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming;
    if (!url.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end('not below the prefix');
      return;
    }
    const forwarded = request(
      new URL(url.slice(prefix.length), target),
      {
        method: method!,
        headers: {
          ...headers,
          'x-forwarded-for': '203.0.113.7',
          ...(tellsPrefix && { 'x-forwarded-prefix': prefix }),
        },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
