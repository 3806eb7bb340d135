import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ApiEnvironment } from '../config/api.environment.js';
import { Keys } from '../config/keys.js';
import { trustedProxies } from '../config/proxies.js';
import { readJson } from './json-body.js';
import { answerInTurn } from './in-turn.js';
import { PAGE_LIMITS, type PageLimits } from './rate-limits/page-limits.js';
import { rememberPrefix } from './path-prefix.js';
import { answerProblem } from './problem.filter.js';
import { RequestLog } from './request-log.js';
import { ANSWER_HEADERS } from './security-headers.js';
import { answerUnreadable } from './unreadable-request.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** For a request to arrive in full; a client that takes longer would keep the server from ending. */
const LONGEST_REQUEST_MS = 10_000;
/** For its headers; Node takes the longer of the two for the whole. */
const LONGEST_HEAD_MS = 8_000;
const LOOK_FOR_SLOW_ONES_MS = 2_000;
/** Without a byte from or to a client that is being answered; one who does not read would keep the answer here. */
const LONGEST_SILENCE_MS = 30_000;
/** Ids of others that are taken: whatever else a client writes would stand in the log and in the audit trail. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The HTTP server: JSON only, a request id in each answer and each line of the log. */
export function createServer(logger: Logger, environment: ApiEnvironment): FastifyAdapter {
  const proxies = trustedProxies(environment.TRUST_PROXY);
  const log = new RequestLog(new Keys(environment), logger.isLevelEnabled('info'));
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: log,
    // Whose word about where a request comes from is taken: nobody's, unless they are named.
    trustProxy: proxies.length > 0 ? proxies : false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: LONGEST_REQUEST_MS,
    connectionTimeout: LONGEST_SILENCE_MS,
    http: {
      headersTimeout: LONGEST_HEAD_MS,
      connectionsCheckingInterval: LOOK_FOR_SLOW_ONES_MS,
      // Without one a request is refused below, in our words.
      requireHostHeader: false,
    },
    // What is asked on a connection that is still open is answered, to the last.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && UUID.test(given) ? given : randomUUID();
    },
    // An address that no route can be looked up by: no hook has seen it, and Fastify itself writes no line of the log.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(ANSWER_HEADERS);
      const limits = request.server.getDecorator<PageLimits>(PAGE_LIMITS);
      void limits
        .ofUnread(request, reply, () => answerProblem(error, request, reply))
        .then(() => log.write(request, reply));
    },
    clientErrorHandler: answerUnreadable,
  });
  const server = adapter.getInstance<FastifyInstance>();
  log.watch(server);
  ignoreExpectations(server);
  refuseWithoutHost(server);
  acceptOnlyJson(server);
  refuseLostBodies(server);
  learnAddresses(server);
  server.addHook('onRequest', (request, _reply, done) => {
    rememberPrefix(request, proxies);
    done();
  });
  answerInTurn(server, (request, reply) => log.writeUnbegun(request, reply));
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  return adapter;
}

/** Node would answer an expectation that it does not know by itself; a server may ignore it (RFC 9110, 10.1.1). */
function ignoreExpectations({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** One host, and no more (RFC 9112, 3.2). */
function refuseWithoutHost(server: FastifyInstance): void {
  server.addHook('onRequest', ({ raw: { rawHeaders, httpVersion } }, _reply, done) => {
    // Names and values alternate.
    const hosts = rawHeaders.filter((text, place) => place % 2 === 0 && /^host$/i.test(text)).length;
    const isWrong = hosts > 1 || (hosts === 0 && httpVersion === '1.1');
    done(isWrong ? Object.assign(new Error('not one Host'), { statusCode: 400 }) : undefined);
  });
}

/**
 * Reads the address of each new connection, because Node remembers it after the client has hung up. A client without an
 * address has hung up already: nobody waits for an answer.
 */
function learnAddresses({ server }: FastifyInstance): void {
  server.on('connection', (socket: Socket) => {
    if (socket.remoteAddress === undefined) socket.destroy();
  });
}

function acceptOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Many clients name a type even where they send no body, as on DELETE.
    if (body.length === 0) return done(null, undefined);
    if (!isJson(request.headers['content-type'])) return done(notJson());
    try {
      done(null, readJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Fastify would wait without end for the body of a client that hung up before Fastify began to read it. */
function refuseLostBodies(server: FastifyInstance): void {
  server.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    if (raw.errored) done(raw.errored);
    else done(null, payload);
  });
}

/** JSON is UTF-8 (RFC 8259, 8.1): a body that names another encoding would be misread. */
function isJson(contentType = ''): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1] ?? 'utf-8';
  return /^application\/json\s*(;|$)/i.test(contentType) && /^(utf-?8|us-ascii)$/i.test(charset);
}

function notJson(): Error {
  return Object.assign(new Error('not JSON'), { statusCode: 415 });
}
