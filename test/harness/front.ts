import { performance } from 'node:perf_hooks';

/** Longer than the service may take for any answer. */
export const HANG_MS = 20_000;

/** A request, and what came of it. */
export interface Entry {
  readonly route: string;
  readonly server: number;
  /** Milliseconds on the harness's own timer. */
  readonly began: number;
  readonly ended: number;
  /** The status; or that the connection broke, or that no answer came. */
  readonly end: number | 'cut' | 'hang';
  readonly hasRetryAfter: boolean;
}

export interface Reply {
  readonly end: Entry['end'];
  readonly body: Record<string, unknown>;
}

export interface Send {
  readonly token: string;
  readonly body?: unknown;
  readonly key?: string;
  /** Which server, rather than any; for reading one's own writes where servers have databases of their own. */
  readonly stick?: number;
}

/**
 * What stands before the API processes, as a balancer does: each request goes to one of them in turn, and to another
 * when it is refused a connection. What was sent to one is never sent to another. Keeps a journal of everything.
 */
export class Front {
  readonly journal: Entry[] = [];
  private readonly inFlight: number[];
  private turn = 0;

  constructor(private readonly servers: readonly string[]) {
    this.inFlight = servers.map(() => 0);
  }

  /** How many requests a server is working on. */
  underWay(server: number): number {
    return this.inFlight[server]!;
  }

  async send(method: string, path: string, { token, body, key, stick }: Send): Promise<Reply> {
    const route = `${method} ${path.replace(/\?.*/, '').replace(/\d+/, ':id')}`;
    const first = stick ?? (this.turn += 1);
    for (let attempt = 0; ; attempt += 1) {
      const server = (first + attempt) % this.servers.length;
      const began = performance.now();
      const entry = (end: Entry['end'], hasRetryAfter = false): void =>
        void this.journal.push({ route, server, began, ended: performance.now(), end, hasRetryAfter });
      this.inFlight[server]! += 1;
      try {
        const response = await fetch(this.servers[server] + path, {
          method,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...(key !== undefined && { 'idempotency-key': key }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(HANG_MS),
        });
        const read = (await response.json()) as Record<string, unknown>;
        entry(response.status, response.headers.has('retry-after'));
        return { end: response.status, body: read };
      } catch (error) {
        // Nothing was sent yet: any other may have it.
        if (isRefused(error) && attempt + 1 < this.servers.length) continue;
        const end = (error as Error).name === 'TimeoutError' ? 'hang' : 'cut';
        entry(end);
        return { end, body: {} };
      } finally {
        this.inFlight[server]! -= 1;
      }
    }
  }
}

function isRefused(error: unknown): boolean {
  return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
}
