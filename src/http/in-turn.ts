import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Requests on one connection behind the one that is being answered. Browsers and proxies send one at a time. */
const MOST_WAITING = 16;
/** Further ones, which are not answered: an honest client learns from `Connection: close`, and sends them again. */
const MOST_IGNORED = 256;
/** For a client to take the answers to those that wait, once more have come than are answered. */
const LAST_ANSWERS_MS = 10_000;

type Drop = (request: FastifyRequest, reply: FastifyReply) => void;

interface Waiting {
  readonly begin: () => void;
  readonly drop: () => void;
}

/** The requests of one connection. */
interface Line {
  isAnswering: boolean;
  readonly waiting: Waiting[];
  ignored: number;
}

/**
 * Begins with a request only when the answer to the one before it on its connection has been taken: answers that nobody
 * reads would take memory, and files that stay open. Of a connection on which too many wait, those that came before the
 * limit are answered, in order, and the last of them says that it closes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-9.3.2
 * @param drop is called for each request that is never begun
 */
export function answerInTurn(server: FastifyInstance, drop: Drop): void {
  server.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const line = lineOf(socket);
    if (!line.isAnswering) {
      line.isAnswering = true;
      passOnAfter(reply, socket, line);
      return done();
    }
    if (line.ignored > 0 || line.waiting.length >= MOST_WAITING) {
      drop(request, reply);
      return ignore(line, socket);
    }
    passOnAfter(reply, socket, line);
    const begin = (): void => {
      if (line.ignored > 0 && line.waiting.length === 0) void reply.header('connection', 'close');
      done();
    };
    line.waiting.push({ begin, drop: () => drop(request, reply) });
  });
}

const lines = new WeakMap<Socket, Line>();

function lineOf(socket: Socket): Line {
  let line = lines.get(socket);
  if (!line) lines.set(socket, (line = { isAnswering: false, waiting: [], ignored: 0 }));
  return line;
}

/** Has the next request begin once this one's answer has been taken, or drops all if the connection has closed. */
function passOnAfter(reply: FastifyReply, socket: Socket, line: Line): void {
  reply.raw.once('close', () => {
    if (socket.destroyed) for (const each of line.waiting.splice(0)) each.drop();
    const next = line.waiting.shift();
    if (next) next.begin();
    else line.isAnswering = false;
  });
}

/** Leaves a request without an answer; nothing was done of it. */
function ignore(line: Line, socket: Socket): void {
  line.ignored += 1;
  if (line.ignored === 1) {
    const timer = setTimeout(() => socket.destroy(), LAST_ANSWERS_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }
  if (line.ignored > MOST_IGNORED) socket.destroy();
}
