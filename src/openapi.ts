import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { ApiEnvironment } from './config/api.environment.js';
import { createApiDocument } from './http/api-document.js';
import { prefixRoutes } from './http/configure-app.js';

/**
 * `npm run openapi`: prints the OpenAPI document that the API serves, with placeholders for its dates. Nothing is connected
 * to and no setting is read: in preview mode Nest knows all routes, and makes no provider.
 */
const app = await NestFactory.create(AppModule.with(new ApiEnvironment()), new FastifyAdapter(), {
  preview: true,
  logger: false,
  abortOnError: false,
});
prefixRoutes(app);
process.stdout.write(`${JSON.stringify(createApiDocument(app), undefined, 2)}\n`);
