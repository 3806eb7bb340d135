import { type INestApplication, RequestMethod } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ApiEnvironment } from '../config/api.environment.js';
import { trustedProxies } from '../config/proxies.js';
import { Clock } from '../time/clock.js';
import { AdminsOnly } from './admins-only.js';
import { Shutdown } from './shutdown.js';
import { refuseOddFiles } from './page-files.js';
import { ForwardedWarning } from './forwarded.js';
import { PAGE_LIMITS, PageLimits } from './rate-limits/page-limits.js';
import { PasswordJudge } from './password-judge.js';
import { ProblemFilter } from './problem.filter.js';
import { placeOf } from './rate-limits/request-limits.js';
import { ANSWER_HEADERS, PAGE_HEADERS } from './security-headers.js';
import { readShapes } from './shape.js';
import { serveDocs } from './swagger.js';
import { StrictValidationPipe } from './validation.pipe.js';

const DOCS = /^\/api\/docs/;
const PAGES = /^\/(api\/docs|admin\/)/;
const ANSWERS = /^\/(api\/(?!docs)|health\/)/;

/** What pages of other origins may do, where they may anything; without cookies, of which there are none. */
const CORS = {
  methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
  exposedHeaders: ['X-Request-Id', 'Retry-After', 'Link', 'WWW-Authenticate', 'Idempotency-Replayed'],
};
const NOT_OURS = { origin: false };

/** Everything that all routes have in common. */
export function configureApp(app: NestFastifyApplication): void {
  const environment = app.get(ApiEnvironment);
  prefixRoutes(app);
  readShapes(app);
  app.useGlobalPipes(new StrictValidationPipe(app.get(PasswordJudge, { strict: false })));
  app.useGlobalFilters(new ProblemFilter());
  if (environment.CORS_ORIGINS.length > 0) {
    app.enableCors({
      delegator: (request: FastifyRequest, done: (error: null, options: object) => void) =>
        done(null, isIdle(request) ? NOT_OURS : { ...CORS, origin: environment.CORS_ORIGINS }),
    });
  }
  const ending = app.get(Shutdown);
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(ANSWERS.test(request.routeOptions.url ?? '') ? ANSWER_HEADERS : PAGE_HEADERS);
    done();
  });
  // At the answer, not at the request: who began before and ends after must not keep the server from closing, and files of
  // the pages would set a Cache-Control of their own.
  server.addHook('onSend', (request, reply, payload, done) => {
    placeOf(request)?.end();
    void reply.header('cache-control', 'no-store');
    if (ending.isUnderWay) void reply.header('connection', 'close');
    done(null, payload);
  });
  const limits = app.get(PageLimits, { strict: false });
  countUnread(app.getHttpAdapter() as FastifyAdapter, limits);
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404 && !PAGES.test(request.routeOptions.url ?? '')) return done();
    void limits.orAnswer(request, reply).then((answered) => answered ?? done());
  });
  if (trustedProxies(environment.TRUST_PROXY).length === 0) {
    const forwarded = new ForwardedWarning();
    server.addHook('onRequest', (request, _reply, done) => {
      forwarded.check(request);
      done();
    });
  }
  server.addHook('onRequest', refuseOddFiles);
  if (environment.API_DOCS === 'admin') {
    const admins = app.get(AdminsOnly, { strict: false });
    server.addHook('onRequest', async (request, reply) =>
      DOCS.test(request.routeOptions.url ?? '') ? admins.orAnswer(request, reply) : undefined,
    );
  }
  if (environment.API_DOCS !== 'off') serveDocs(app, app.get(Clock));
  app.enableShutdownHooks();
}

type ErrorHandler = Parameters<FastifyAdapter['setErrorHandler']>[0];

/** Counts requests whose body or address cannot be read: they end before the guard that counts all others. */
function countUnread(adapter: FastifyAdapter, limits: PageLimits): void {
  const server = adapter.getInstance();
  server.decorate(PAGE_LIMITS, limits);
  const setErrorHandler = adapter.setErrorHandler.bind(adapter);
  adapter.setErrorHandler = (handle: ErrorHandler) =>
    setErrorHandler((error, request, reply) =>
      limits.ofUnread(request, reply, () => handle.call(server, error, request, reply)),
    );
}

/** Puts the API below /api; health checks stay where balancers look for them. */
export function prefixRoutes(app: INestApplication): void {
  app.setGlobalPrefix('api', { exclude: [{ path: 'health/*path', method: RequestMethod.GET }] });
}

/** An OPTIONS that is not a browser's question about another origin is a wrong method, as where none may ask. */
function isIdle({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && !(headers.origin && headers['access-control-request-method']);
}
