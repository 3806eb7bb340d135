import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';

const CONNECTIONS = 40;
const BYTES_EACH = 64 * 1024;
const PATIENCE_MS = 5_000;
/** Longer than a client may be silent while it is being answered. */
const SECONDS = 40;
/** How much more the API may hold than before: many times what all those clients are owed. */
const MOST_MB = 600;

const PATHS = ['/api/docs-json', '/api/docs/swagger-ui-bundle.js', '/api/doctors/public'];

/** A connection that asks for much, and reads nothing of what it is answered. */
async function ask(url: URL, path: string): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  socket.write(request.repeat(BYTES_EACH / request.length));
  return socket;
}

/** Megabytes that the API holds; nothing where the system does not tell. */
function memoryOf(pid: number): number {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Whether a client that asks for one thing is answered. */
async function isAnswered({ url }: Target): Promise<boolean> {
  const asked = fetch(`${url}/health/live`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  return asked.then(({ status }) => status === 200).catch(() => false);
}

/** Connections that are open on the API's side, as the system sees them. */
function isOpen(socket: Socket): boolean {
  return !socket.destroyed && !socket.readableEnded && socket.writable;
}

/** Clients that ask for hundreds of things at once and read nothing, while another one must be answered. */
export const pipelining: Attack = {
  name: 'pipelining',
  about: `${CONNECTIONS} clients that ask for hundreds of things at once, and read nothing`,
  async run(target) {
    const url = new URL(target.url);
    const before = memoryOf(target.pid);
    const sockets: Socket[] = [];
    for (const path of PATHS)
      sockets.push(...(await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(url, path)))));
    const sent = sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
    if (sent < sockets.length * BYTES_EACH * 0.9) throw new Error(`only ${sent} bytes were sent`);
    let [most, unanswered] = [0, 0];
    const until = performance.now() + SECONDS * 1000;
    while (performance.now() < until && most <= MOST_MB && unanswered < 3) {
      if (!(await isAnswered(target))) unanswered += 1;
      most = Math.max(most, memoryOf(target.pid) - before);
      await sleep(500);
    }
    // A connection that was reset says so once it is read.
    for (const socket of sockets) socket.resume();
    await sleep(1_000);
    const open = sockets.filter(isOpen).length;
    for (const socket of sockets) socket.destroy();
    const repeat = 'npm run attack -- pipelining';
    const wrongs: (readonly [boolean, string])[] = [
      [unanswered > 0, `another client was not answered ${unanswered} times`],
      [most > MOST_MB, `the API held ${Math.round(most)} MB more than before`],
      [open > 0, `${open} connections were still open after ${SECONDS} s`],
    ];
    const findings: Finding[] = wrongs.filter(([is]) => is).map(([, what]) => ({ what, repeat }));
    return {
      tried: sockets.length,
      findings,
      note: `tried: connections; ${Math.round(most)} MB more than before`,
    };
  },
};
