import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { ApiEnvironment } from './config/api.environment.js';
import { createLogger, NestLogger } from './logging/logger.js';
import { configureApp } from './http/configure-app.js';
import { createServer } from './http/server.js';
import { serveDashboard } from './ops/dashboard.js';

/** Creates the API application, ready to listen. */
export async function createApp(environment: ApiEnvironment): Promise<NestFastifyApplication> {
  const logger = createLogger(environment);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(environment),
    createServer(logger, environment),
    {
      logger: new NestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    },
  );
  configureApp(app);
  await serveDashboard(app);
  return app;
}
