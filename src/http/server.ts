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
import { answerInTurn } from './pipelined-requests.js';
import { PAGE_LIMITS, type PageLimits } from './rate-limits/page-limits.js';
import { rememberPrefix } from './path-prefix.js';
import { sendProblem } from './problem.filter.js';
import { RequestLog } from './request-log.js';
import { API_HEADERS } from './security-headers.js';
import { answerUnreadable } from './unreadable-request.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** For a request to arrive in full: a slower client would delay a shutdown. */
const REQUEST_TIMEOUT_MS = 10_000;
/** For its headers. Shorter than the above: Node applies the longer of the two to the whole request. */
const HEADERS_TIMEOUT_MS = 8_000;
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;
/** For a connection on which no bytes move: a client that does not read would keep its response in memory. */
const IDLE_TIMEOUT_MS = 30_000;
/** The only form in which a client's request id is accepted: it appears in the log and the audit trail. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** What does not depend on the configuration. */
const FIXED_OPTIONS = {
  bodyLimit: BODY_LIMIT_BYTES,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionTimeout: IDLE_TIMEOUT_MS,
  http: {
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    // Checked by requireOneHost instead, which responds with a problem document.
    requireHostHeader: false,
  },
  // Requests on connections that are still open are answered to the last.
  return503OnClosing: false,
  routerOptions: { maxParamLength: 500 },
  genReqId: ({ headers }: IncomingMessage) => {
    const given = headers['x-request-id'];
    return typeof given === 'string' && UUID.test(given) ? given : randomUUID();
  },
  clientErrorHandler: answerUnreadable,
};

/** The HTTP server: accepts JSON only, and puts a request id in each response and each log line. */
export function createServer(logger: Logger, environment: ApiEnvironment): FastifyAdapter {
  const proxies = trustedProxies(environment.TRUST_PROXY);
  const log = new RequestLog(new Keys(environment), logger.isLevelEnabled('info'));
  const adapter = new FastifyAdapter({
    ...FIXED_OPTIONS,
    loggerInstance: logger,
    logController: log,
    trustProxy: proxies.length > 0 ? proxies : false,
    frameworkErrors: respondUnrouted(log),
  });
  const server = adapter.getInstance<FastifyInstance>();
  log.watch(server);
  ignoreExpectHeader(server);
  requireOneHost(server);
  acceptOnlyJson(server);
  failAbortedBodies(server);
  readRemoteAddresses(server);
  server.addHook('onRequest', (request, _reply, done) => {
    rememberPrefix(request, proxies);
    done();
  });
  answerInTurn(server, (request, reply) => log.writeDropped(request, reply));
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  return adapter;
}

/** Responds to a URL that the router cannot parse: no hook runs, and Fastify does not log the request. */
function respondUnrouted(log: RequestLog) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    void reply.headers(API_HEADERS);
    const limits = request.server.getDecorator<PageLimits>(PAGE_LIMITS);
    void limits
      .ofUnreadable(request, reply, () => sendProblem(error, request, reply))
      .then(() => log.write(request, reply));
  };
}

/** Node would reject an unknown `Expect` header by itself; a server may ignore it (RFC 9110, 10.1.1). */
function ignoreExpectHeader({ server }: FastifyInstance): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** Refuses requests with several `Host` headers, and HTTP/1.1 requests with none (RFC 9112, 3.2). */
function requireOneHost(server: FastifyInstance): void {
  server.addHook('onRequest', ({ raw: { rawHeaders, httpVersion } }, _reply, done) => {
    // Header names and values alternate.
    const hosts = rawHeaders.filter((text, index) => index % 2 === 0 && /^host$/i.test(text)).length;
    const isWrong = hosts > 1 || (hosts === 0 && httpVersion === '1.1');
    done(isWrong ? Object.assign(new Error('not one Host'), { statusCode: 400 }) : undefined);
  });
}

/**
 * Reads the address of each new connection, because Node then remembers it after the client hangs up. A connection
 * without an address has been closed by its client: nobody waits for a response.
 */
function readRemoteAddresses({ server }: FastifyInstance): void {
  server.on('connection', (socket: Socket) => {
    if (socket.remoteAddress === undefined) socket.destroy();
  });
}

function acceptOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Many clients send a Content-Type even without a body, as on DELETE.
    if (body.length === 0) return done(null, undefined);
    if (!isJson(request.headers['content-type'])) return done(notJson());
    try {
      done(null, readJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Fastify would wait forever for the body of a client that hung up before Fastify began to read it. */
function failAbortedBodies(server: FastifyInstance): void {
  server.addHook('preParsing', ({ raw }, _reply, payload, done) => {
    if (raw.errored) done(raw.errored);
    else done(null, payload);
  });
}

/** JSON is UTF-8 (RFC 8259, 8.1): a body in another declared encoding would be misread. */
function isJson(contentType = ''): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1] ?? 'utf-8';
  return /^application\/json\s*(;|$)/i.test(contentType) && /^(utf-?8|us-ascii)$/i.test(charset);
}

function notJson(): Error {
  return Object.assign(new Error('not JSON'), { statusCode: 415 });
}
