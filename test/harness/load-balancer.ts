import { performance } from 'node:perf_hooks';
import type { Person } from './people.js';

/** Longer than any answer of the service may take. */
export const HANG_MS = 20_000;

/** A request and its outcome. */
export interface JournalEntry {
  readonly route: string;
  readonly request: SentRequest;
  readonly server: number;
  /** Milliseconds on the clock of `performance.now()`, as is `ended`. */
  readonly began: number;
  readonly ended: number;
  /** The HTTP status, `cut` if the connection broke, or `hang` if no answer came in time. */
  readonly outcome: number | 'cut' | 'hang';
  readonly hasRetryAfter: boolean;
  /** The response's fields about the booking or the error. */
  readonly reply?: Reply['body'];
}

/** A request and the account that sent it. */
export interface SentRequest {
  readonly account: number;
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
  /** The version that the request names in `If-Match`. */
  readonly ifMatch?: number;
}

export interface Reply {
  readonly outcome: JournalEntry['outcome'];
  readonly body: Record<string, unknown>;
}

export interface SendOptions {
  readonly actor: Pick<Person, 'id' | 'token'>;
  readonly body?: unknown;
  readonly key?: string;
  readonly ifMatch?: number;
  /** Prefers this server, so that clients read their own writes where each server uses a different database node. */
  readonly server?: number;
}

const HEALTH_CHECK_INTERVAL_MS = 150;
/** If a health check comes this late, the whole machine has stood still. */
const STANDSTILL_MS = 5_000;

/**
 * Distributes requests over the API processes. It prefers those that are up according to /health/live, and tries the
 * next one only if a connection is refused: a request that may have been received is never sent to a second process.
 * Every attempt is recorded in a journal.
 */
export class LoadBalancer {
  readonly journal: JournalEntry[] = [];
  /** When the machine continued after each standstill. */
  readonly standstills: number[] = [];
  private readonly inFlight: number[];
  private readonly isUp: boolean[];
  private readonly healthChecks: NodeJS.Timeout;
  private turn = 0;
  private checkedAt = performance.now();

  constructor(private readonly servers: readonly string[]) {
    this.inFlight = servers.map(() => 0);
    this.isUp = servers.map(() => true);
    this.healthChecks = setInterval(() => {
      const now = performance.now();
      if (now - this.checkedAt > STANDSTILL_MS) this.standstills.push(now);
      this.checkedAt = now;
      servers.forEach((_, index) => void this.checkHealth(index));
    }, HEALTH_CHECK_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.healthChecks);
  }

  /** The number of requests that a server is working on. */
  requestsInFlight(server: number): number {
    return this.inFlight[server]!;
  }

  async send(
    method: string,
    path: string,
    { actor, body, key, ifMatch, server: preferred }: SendOptions,
  ): Promise<Reply> {
    const request = {
      account: actor.id,
      path,
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(ifMatch !== undefined && { ifMatch }),
    };
    const route = `${method} ${path.replace(/\?.*/, '').replace(/\d+/, ':id')}`;
    const order = this.orderFrom(preferred ?? (this.turn += 1));
    for (const [attempt, server] of order.entries()) {
      const began = performance.now();
      const record = (
        outcome: JournalEntry['outcome'],
        hasRetryAfter = false,
        reply?: Reply['body'],
      ): void => {
        const ended = performance.now();
        this.journal.push({
          route,
          request,
          server,
          began,
          ended,
          outcome,
          hasRetryAfter,
          ...(reply && { reply }),
        });
      };
      this.inFlight[server]! += 1;
      try {
        const response = await fetch(this.servers[server] + path, {
          method,
          headers: {
            authorization: `Bearer ${actor.token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(key !== undefined && { 'idempotency-key': key }),
            ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(HANG_MS),
        });
        const answer = (await response.json()) as Record<string, unknown>;
        record(response.status, response.headers.has('retry-after'), outline(answer));
        return { outcome: response.status, body: answer };
      } catch (error) {
        // Nothing was sent, so another server may have the request.
        if (isRefused(error) && attempt + 1 < order.length) continue;
        const outcome = (error as Error).name === 'TimeoutError' ? 'hang' : 'cut';
        record(outcome);
        return { outcome, body: {} };
      } finally {
        this.inFlight[server]! -= 1;
      }
    }
    throw new Error('There is no server.');
  }

  /** All servers, beginning with `first`, but those that are up before the others. */
  private orderFrom(first: number): number[] {
    const all = this.servers.map((_, index) => (first + index) % this.servers.length);
    return [...all.filter((server) => this.isUp[server]), ...all.filter((server) => !this.isUp[server])];
  }

  private async checkHealth(server: number): Promise<void> {
    try {
      const { status } = await fetch(`${this.servers[server]}/health/live`, {
        signal: AbortSignal.timeout(1_000),
      });
      this.isUp[server] = status === 200;
    } catch {
      this.isUp[server] = false;
    }
  }
}

/** The few fields about a booking or an error; undefined for lists. */
function outline(body: Reply['body']): Reply['body'] | undefined {
  const fields = ['id', 'date', 'time', 'duration', 'status', 'overbooked', 'version', 'code', 'message'];
  const kept = Object.entries(body).filter(([name]) => fields.includes(name));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function isRefused(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
}
