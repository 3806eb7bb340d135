import { performance } from 'node:perf_hooks';
import type { Person } from './people.js';

/** Longer than the service may take for any answer. */
export const HANG_MS = 20_000;

/** A request, and what came of it. */
export interface Entry {
  readonly route: string;
  readonly request: Sent;
  readonly server: number;
  /** Milliseconds on the harness's own timer. */
  readonly began: number;
  readonly ended: number;
  /** The status; or that the connection broke, or that no answer came. */
  readonly end: number | 'cut' | 'hang';
  readonly hasRetryAfter: boolean;
  /** What the answer says of the booking or of the error. */
  readonly reply?: Reply['body'];
}

/** What was asked, by which account. */
export interface Sent {
  readonly account: number;
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
}

export interface Reply {
  readonly end: Entry['end'];
  readonly body: Record<string, unknown>;
}

export interface Send {
  readonly by: Pick<Person, 'id' | 'token'>;
  readonly body?: unknown;
  readonly key?: string;
  /** Which server, rather than any; for reading one's own writes where servers have databases of their own. */
  readonly stick?: number;
}

const LOOK_EVERY_MS = 150;
/** A look that comes so late came after a standstill of the whole machine. */
const STANDSTILL_MS = 5_000;

/**
 * What stands before the API processes, as a balancer does: each request goes in turn to one of those that say at
 * /health/live that they live, and to another when it is refused a connection. What was sent to one is never sent to
 * another. Keeps a journal of everything.
 */
export class Front {
  readonly journal: Entry[] = [];
  /** When the machine went on after it had stood still. */
  readonly standstills: number[] = [];
  private readonly inFlight: number[];
  private readonly lives: boolean[];
  private readonly looking: NodeJS.Timeout;
  private turn = 0;
  private lookedAt = performance.now();

  constructor(private readonly servers: readonly string[]) {
    this.inFlight = servers.map(() => 0);
    this.lives = servers.map(() => true);
    this.looking = setInterval(() => {
      const now = performance.now();
      if (now - this.lookedAt > STANDSTILL_MS) this.standstills.push(now);
      this.lookedAt = now;
      servers.forEach((_, index) => void this.look(index));
    }, LOOK_EVERY_MS);
  }

  close(): void {
    clearInterval(this.looking);
  }

  /** How many requests a server is working on. */
  underWay(server: number): number {
    return this.inFlight[server]!;
  }

  async send(method: string, path: string, { by, body, key, stick }: Send): Promise<Reply> {
    const request = {
      account: by.id,
      path,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
    };
    const route = `${method} ${path.replace(/\?.*/, '').replace(/\d+/, ':id')}`;
    const order = this.inOrder(stick ?? (this.turn += 1));
    for (const [attempt, server] of order.entries()) {
      const began = performance.now();
      const entry = (end: Entry['end'], hasRetryAfter = false, reply?: Reply['body']): void => {
        const ended = performance.now();
        this.journal.push({
          route,
          request,
          server,
          began,
          ended,
          end,
          hasRetryAfter,
          ...(reply && { reply }),
        });
      };
      this.inFlight[server]! += 1;
      try {
        const response = await fetch(this.servers[server] + path, {
          method,
          headers: {
            authorization: `Bearer ${by.token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(key !== undefined && { 'idempotency-key': key }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(HANG_MS),
        });
        const read = (await response.json()) as Record<string, unknown>;
        entry(response.status, response.headers.has('retry-after'), outline(read));
        return { end: response.status, body: read };
      } catch (error) {
        // Nothing was sent yet: any other may have it.
        if (isRefused(error) && attempt + 1 < order.length) continue;
        const end = (error as Error).name === 'TimeoutError' ? 'hang' : 'cut';
        entry(end);
        return { end, body: {} };
      } finally {
        this.inFlight[server]! -= 1;
      }
    }
    throw new Error('There is no server.');
  }

  /** All servers from one on, those that live before the others. */
  private inOrder(first: number): number[] {
    const all = this.servers.map((_, index) => (first + index) % this.servers.length);
    return [...all.filter((server) => this.lives[server]), ...all.filter((server) => !this.lives[server])];
  }

  private async look(server: number): Promise<void> {
    try {
      const { status } = await fetch(`${this.servers[server]}/health/live`, {
        signal: AbortSignal.timeout(1_000),
      });
      this.lives[server] = status === 200;
    } catch {
      this.lives[server] = false;
    }
  }
}

/** The few fields that tell what became of a booking; nothing of a list. */
function outline(body: Reply['body']): Reply['body'] | undefined {
  const fields = ['id', 'date', 'time', 'duration', 'status', 'version', 'code', 'message'];
  const told = Object.entries(body).filter(([name]) => fields.includes(name));
  return told.length > 0 ? Object.fromEntries(told) : undefined;
}

function isRefused(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
}
