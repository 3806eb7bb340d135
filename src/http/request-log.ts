import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Keys } from '../config/keys.js';
import { addressOf } from './client-address.js';
import { notesOf } from './request-notes.js';

/** Of network addresses: clients come with the same one again and again. */
const HASHES_KEPT = 1_000;
const HASH_LENGTH = 16;

/** One line for each request, with its id. */
export class RequestLog extends LogController {
  /** Keyed: the lines of one client can be found, and nobody's address is in the log. */
  private readonly hashes: LRUCache<string, string>;
  private readonly written = new WeakSet<FastifyRequest>();

  /** @param isWanted whether the lines are written at the log's level */
  constructor(
    keys: Keys,
    private readonly isWanted: boolean,
  ) {
    super({ requestIdLogLabel: 'request_id' });
    this.hashes = new LRUCache<string, string>({
      max: HASHES_KEPT,
      memoMethod: (address) => keys.hash(`log ${address}`).slice(0, HASH_LENGTH),
    });
  }

  override incomingRequest(): void {
    // Said with the answer.
  }

  override routeNotFound(): void {
    // The line with the answer says so, without the address.
  }

  override requestCompleted(_: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply);
  }

  /** Also writes the lines of requests whose client hangs up: Fastify reports only answers that were sent. */
  watch(server: FastifyInstance): void {
    server.addHook('onSend', (request, reply, payload, done) => {
      if (reply.raw.destroyed) this.write(request, reply);
      else reply.raw.once('close', () => this.write(request, reply));
      done(null, payload);
    });
  }

  /** Writes the line of a request that is never begun, because its connection closes first. */
  writeUnbegun(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, { aborted: true });
  }

  /** Writes the line of a request, once. Node destroys an answer after it was sent, or because it cannot be sent. */
  write(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: object = { status: reply.statusCode, ...(reply.raw.destroyed && { aborted: true }) },
  ): void {
    if (!this.isWanted || this.written.has(request)) return;
    this.written.add(request);
    // The route, not the address: an address may hold whatever a client put there.
    const route = request.routeOptions.url ?? 'unknown';
    const ms = Math.round(reply.elapsedTime);
    const client = this.hashes.memo(addressOf(request));
    request.log.info(
      { method: request.method, route, ...outcome, ms, client, ...notesOf(request) },
      'request',
    );
  }
}
