import helmet from '@fastify/helmet';
import { RequestMethod } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Environment } from '../config/environment.js';
import { Clock } from '../time/clock.js';
import { Ending } from './ending.js';
import { ProblemFilter } from './problem.filter.js';
import { serveDocs } from './swagger.js';
import { StrictValidationPipe } from './validation.pipe.js';

/** Everything that all routes have in common. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
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
  await app.register(helmet, {
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
  const ending = app.get(Ending);
  const server = app.getHttpAdapter().getInstance();
  // At the answer, not at the request: who began before and ends after must not keep the server from closing.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (ending.isUnderWay) void reply.header('connection', 'close');
    done(null, payload);
  });
  serveDocs(app, app.get(Clock));
  app.enableShutdownHooks();
}
