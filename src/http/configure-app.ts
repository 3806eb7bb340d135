import { type INestApplication, RequestMethod } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ApiEnvironment } from '../config/api.environment.js';
import { trustedProxies } from '../config/proxies.js';
import { Clock } from '../time/clock.js';
import { AdminAuthentication } from './admin-authentication.js';
import { Shutdown } from './shutdown.js';
import { rejectUnknownFiles } from './static-files.js';
import { ForwardedWarning } from './forwarded-warning.js';
import { PAGE_LIMITS, PageLimits } from './rate-limits/page-limits.js';
import { PasswordChecker } from './password-checker.js';
import { ProblemFilter } from './problem.filter.js';
import { permitOf } from './rate-limits/request-limits.js';
import { API_HEADERS, PAGE_HEADERS } from './security-headers.js';
import { buildShapes } from './shape.js';
import { serveDocs } from './swagger.js';
import { StrictValidationPipe } from './validation.pipe.js';

const DOCS_ROUTES = /^\/api\/docs/;
const PAGE_ROUTES = /^\/(api\/docs|admin\/)/;
const API_ROUTES = /^\/(api\/(?!docs)|health\/)/;

/** The CORS policy for allowed origins. Credentials stay off: the API sets no cookies. */
const CORS = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: ['X-Request-Id', 'Retry-After', 'Link', 'ETag', 'WWW-Authenticate', 'Idempotency-Replayed'],
};
const CORS_OFF = { origin: false };

/** Sets up everything that all routes share. */
export function configureApp(app: NestFastifyApplication): void {
  const environment = app.get(ApiEnvironment);
  prefixRoutes(app);
  buildShapes(app);
  app.useGlobalPipes(new StrictValidationPipe(app.get(PasswordChecker, { strict: false })));
  app.useGlobalFilters(new ProblemFilter());
  if (environment.CORS_ORIGINS.length > 0) {
    app.enableCors({
      delegator: (request: FastifyRequest, done: (error: null, options: object) => void) =>
        done(null, isNonPreflightOptions(request) ? CORS_OFF : { ...CORS, origin: environment.CORS_ORIGINS }),
    });
  }
  setResponseHeaders(app);
  countPages(app);
  warnOfUntrustedProxies(app, environment);
  app.getHttpAdapter().getInstance().addHook('onRequest', rejectUnknownFiles);
  openDocs(app, environment);
  app.enableShutdownHooks();
}

function setResponseHeaders(app: NestFastifyApplication): void {
  const shutdown = app.get(Shutdown);
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(API_ROUTES.test(request.routeOptions.url ?? '') ? API_HEADERS : PAGE_HEADERS);
    done();
  });
  // On the response, not on the request: a request that began before the shutdown must close its connection too, and
  // static files would otherwise set a Cache-Control of their own.
  server.addHook('onSend', (request, reply, payload, done) => {
    permitOf(request)?.end();
    void reply.header('cache-control', 'no-store');
    if (shutdown.isUnderWay) void reply.header('connection', 'close');
    done(null, payload);
  });
}

/** Counts requests that no guard sees: pages, unknown paths, and requests that cannot be read. */
function countPages(app: NestFastifyApplication): void {
  const limits = app.get(PageLimits, { strict: false });
  const adapter = app.getHttpAdapter() as FastifyAdapter;
  countUnreadable(adapter, limits);
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    if (!request.is404 && !PAGE_ROUTES.test(request.routeOptions.url ?? '')) return done();
    void limits.rejectIfExhausted(request, reply).then((rejected) => rejected ?? done());
  });
}

function warnOfUntrustedProxies(app: NestFastifyApplication, { TRUST_PROXY }: ApiEnvironment): void {
  if (trustedProxies(TRUST_PROXY).length > 0) return;
  const forwarded = new ForwardedWarning();
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, _reply, done) => {
    forwarded.check(request);
    done();
  });
}

function openDocs(app: NestFastifyApplication, { API_DOCS }: ApiEnvironment): void {
  if (API_DOCS === 'admin') {
    const admins = app.get(AdminAuthentication, { strict: false });
    const server = app.getHttpAdapter().getInstance();
    server.addHook('onRequest', async (request, reply) =>
      DOCS_ROUTES.test(request.routeOptions.url ?? '')
        ? admins.challengeUnlessAdmin(request, reply)
        : undefined,
    );
  }
  if (API_DOCS !== 'off') serveDocs(app, app.get(Clock));
}

type ErrorHandler = Parameters<FastifyAdapter['setErrorHandler']>[0];

/** Counts requests whose body or URL cannot be read: they end before the guard that counts all others. */
function countUnreadable(adapter: FastifyAdapter, limits: PageLimits): void {
  const server = adapter.getInstance();
  server.decorate(PAGE_LIMITS, limits);
  const setErrorHandler = adapter.setErrorHandler.bind(adapter);
  adapter.setErrorHandler = (handle: ErrorHandler) =>
    setErrorHandler((error, request, reply) =>
      limits.ofUnreadable(request, reply, () => handle.call(server, error, request, reply)),
    );
}

/** Puts the API below /api; health checks stay where load balancers look for them. */
export function prefixRoutes(app: INestApplication): void {
  app.setGlobalPrefix('api', { exclude: [{ path: 'health/*path', method: RequestMethod.GET }] });
}

/** An OPTIONS request that is not a CORS preflight is an unsupported method, just as with CORS disabled. */
function isNonPreflightOptions({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && !(headers.origin && headers['access-control-request-method']);
}
