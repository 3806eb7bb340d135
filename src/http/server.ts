import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Environment } from '../config/environment.js';
import { answerProblem } from './problem.filter.js';
import { answerUnreadable } from './unreadable-request.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** For a request to arrive in full; a client that takes longer would keep the server from ending. */
const LONGEST_REQUEST_MS = 10_000;
const LOOK_FOR_SLOW_ONES_MS = 2_000;

/** One line for each request, with its id. */
class RequestLog extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'request_id' });
  }

  override incomingRequest(): void {
    // Said with the answer.
  }

  override routeNotFound(): void {
    // The line with the answer says so, without the address.
  }

  override requestCompleted(_: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    logRequest(request, reply);
  }
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  // The route, not the address: an address may hold whatever a client put there.
  const route = request.routeOptions.url ?? 'unknown';
  request.log.info(
    { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
    'request',
  );
}

/** Answers an address that no route can be looked up by. Fastify itself writes no line of the log for it. */
function answerUnroutable(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  answerProblem(error, request, reply);
  logRequest(request, reply);
}

/** The HTTP server: JSON only, a request id in each answer and each line of the log. */
export function createServer(logger: Logger, { TRUST_PROXY }: Environment): FastifyAdapter {
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new RequestLog(),
    // Whose word about where a request comes from is taken: nobody's, unless they are named.
    trustProxy: TRUST_PROXY.length > 0 ? TRUST_PROXY : false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: LONGEST_REQUEST_MS,
    http: { connectionsCheckingInterval: LOOK_FOR_SLOW_ONES_MS },
    // What is asked on a connection that is still open is answered, to the last.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
    },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
  });
  const server = adapter.getInstance<FastifyInstance>();
  acceptOnlyJson(server);
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  return adapter;
}

function acceptOnlyJson(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name the type even where they send no body, as on DELETE.
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}
