import { RequestMethod } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import helmet from 'helmet';
import { Environment } from '../config/environment.js';
import { Clock } from '../time/clock.js';
import { AdminsOnly } from './admins-only.js';
import { Ending } from './ending.js';
import { refuseOddFiles } from './page-files.js';
import { ProblemFilter } from './problem.filter.js';
import { serveDocs } from './swagger.js';
import { StrictValidationPipe } from './validation.pipe.js';

const DOCS = /^\/api\/docs/;
const ANSWERS = /^\/api\/(?!docs)/;

/** Writes the headers that keep browsers from mischief, for pages: Swagger UI and the queue dashboard. */
const protectPage = helmet({
  contentSecurityPolicy: {
    directives: {
      defaultSrc: ["'self'"],
      // Swagger UI and the queue dashboard set styles from script and show images from data.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      // The clinic may well be tried over plain HTTP on a laptop.
      upgradeInsecureRequests: null,
    },
  },
});

/**
 * The same for answers of the API, which are nothing to look at: what is for documents alone is left out.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
const protectAnswer = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/** Everything that all routes have in common. */
export function configureApp(app: NestFastifyApplication): void {
  const environment = app.get(Environment);
  app.setGlobalPrefix('api', { exclude: [{ path: 'health/*path', method: RequestMethod.GET }] });
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (environment.CORS_ORIGINS.length > 0) {
    app.enableCors({
      origin: environment.CORS_ORIGINS,
      exposedHeaders: ['X-Request-Id', 'Retry-After', 'Link'],
    });
  }
  const ending = app.get(Ending);
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? '';
    const protect = ANSWERS.test(route) ? protectAnswer : protectPage;
    // What is about people is kept by nobody on the way.
    if (!DOCS.test(route)) reply.raw.setHeader('Cache-Control', 'no-store');
    protect(request.raw, reply.raw, () => done());
  });
  // At the answer, not at the request: who began before and ends after must not keep the server from closing.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (ending.isUnderWay) void reply.header('connection', 'close');
    done(null, payload);
  });
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
