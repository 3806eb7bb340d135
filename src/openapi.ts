import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { ApiEnvironment } from './config/api.environment.js';
import { createApiDocument } from './http/api-document.js';
import { prefixRoutes } from './http/configure-app.js';

/**
 * `npm run openapi`: prints the OpenAPI document that the API serves, with placeholders for its dates. Needs no servers
 * and no configuration: in preview mode Nest discovers all routes without instantiating providers.
 */
const app = await NestFactory.create(AppModule.with(new ApiEnvironment()), new FastifyAdapter(), {
  preview: true,
  logger: false,
  abortOnError: false,
});
prefixRoutes(app);
process.stdout.write(`${JSON.stringify(createApiDocument(app), undefined, 2)}\n`);
