import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
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

  constructor(keys: Keys) {
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

  write(request: FastifyRequest, reply: FastifyReply): void {
    // The route, not the address: an address may hold whatever a client put there.
    const route = request.routeOptions.url ?? 'unknown';
    const [status, ms] = [reply.statusCode, Math.round(reply.elapsedTime)];
    const client = this.hashes.memo(addressOf(request));
    request.log.info({ method: request.method, route, status, ms, client, ...notesOf(request) }, 'request');
  }
}
