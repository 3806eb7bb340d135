import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Requests that may wait on one connection behind the one in progress. Browsers and proxies send one at a time. */
const MAX_WAITING = 16;
/** Requests beyond that, which get no response. A correct client sees `Connection: close` and sends them again. */
const MAX_IGNORED = 256;
/** Time for a client to read the remaining responses once it has sent too many requests. */
const DRAIN_TIMEOUT_MS = 10_000;

type Drop = (request: FastifyRequest, reply: FastifyReply) => void;

interface Waiting {
  readonly start: () => void;
  readonly drop: () => void;
}

/** The requests of one connection. */
interface RequestQueue {
  isBusy: boolean;
  readonly waiting: Waiting[];
  ignored: number;
}

/**
 * Handles the pipelined requests of a connection one at a time: each starts when the client has taken the response to
 * the one before. Otherwise unread responses would hold memory and open files. If too many requests wait on a
 * connection, those within the limit are answered in order, and the last response says `Connection: close`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
 * @param drop called for each request that never starts
 */
export function answerInTurn(server: FastifyInstance, drop: Drop): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const queue = queueOf(socket);
    if (!queue.isBusy) {
      queue.isBusy = true;
      startNextAfter(reply, socket, queue);
      return done();
    }
    if (queue.ignored > 0 || queue.waiting.length >= MAX_WAITING) {
      drop(request, reply);
      return ignore(queue, socket);
    }
    startNextAfter(reply, socket, queue);
    const start = (): void => {
      if (queue.ignored > 0 && queue.waiting.length === 0) void reply.header('connection', 'close');
      done();
    };
    queue.waiting.push({ start, drop: () => drop(request, reply) });
  });
}

const queues = new WeakMap<Socket, RequestQueue>();

function queueOf(socket: Socket): RequestQueue {
  let queue = queues.get(socket);
  if (!queue) queues.set(socket, (queue = { isBusy: false, waiting: [], ignored: 0 }));
  return queue;
}

/** Starts the next request once the response to this one is taken; drops all if the connection has closed. */
function startNextAfter(reply: FastifyReply, socket: Socket, queue: RequestQueue): void {
  reply.raw.once('close', () => {
    if (socket.destroyed) for (const each of queue.waiting.splice(0)) each.drop();
    const next = queue.waiting.shift();
    if (next) next.start();
    else queue.isBusy = false;
  });
}

/** Leaves a request without a response; it has not started. */
function ignore(queue: RequestQueue, socket: Socket): void {
  queue.ignored += 1;
  if (queue.ignored === 1) {
    const timer = setTimeout(() => socket.destroy(), DRAIN_TIMEOUT_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }
  if (queue.ignored > MAX_IGNORED) socket.destroy();
}
