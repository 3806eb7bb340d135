import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Keys } from '../config/keys.js';
import { addressOf } from './client-address.js';
import { notesOf } from './request-notes.js';

/** Hashes of network addresses to cache: clients send many requests from one address. */
const MAX_HASHES = 1_000;
const HASH_LENGTH = 16;

/** Logs one line per request, with its id. */
export class RequestLog extends LogController {
  /** Keyed hashes identify the lines of one client without logging its address. */
  private readonly hashes: LRUCache<string, string>;
  private readonly written = new WeakSet<FastifyRequest>();

  /** @param isEnabled whether the log's level includes these lines */
  constructor(
    keys: Keys,
    private readonly isEnabled: boolean,
  ) {
    super({ requestIdLogLabel: 'request_id' });
    this.hashes = new LRUCache<string, string>({
      max: MAX_HASHES,
      memoMethod: (address) => keys.hash(`log ${address}`).slice(0, HASH_LENGTH),
    });
  }

  override incomingRequest(): void {
    // Logged with the response.
  }

  override routeNotFound(): void {
    // Logged with the response, without the URL.
  }

  override requestCompleted(_: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply);
  }

  /** Also logs requests whose client hangs up: Fastify reports only responses that were sent. */
  watch(server: FastifyInstance): void {
    server.addHook('onSend', (request, reply, payload, done) => {
      if (reply.raw.destroyed) this.write(request, reply);
      else reply.raw.once('close', () => this.write(request, reply));
      done(null, payload);
    });
  }

  /** Logs a request that never starts, because its connection closes first. */
  writeDropped(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, { aborted: true });
  }

  /** Logs a request, once. `destroyed` is true after the response was sent, and also if it cannot be sent. */
  write(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: object = { status: reply.statusCode, ...(reply.raw.destroyed && { aborted: true }) },
  ): void {
    if (!this.isEnabled || this.written.has(request)) return;
    this.written.add(request);
    // The route, not the URL: a URL may contain anything that a client puts there.
    const route = request.routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime);
    const client = this.hashes.memo(addressOf(request));
    request.log.info(
      { method: request.method, route, ...outcome, ms, client, ...notesOf(request) },
      'request',
    );
  }
}
