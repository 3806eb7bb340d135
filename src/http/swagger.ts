import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { addDays, dateIn, dayOfWeek } from '../time/clinic-time.js';
import type { Clock } from '../time/clock.js';
import { isoIn } from '../time/zone-offset.js';
import { createApiDocument } from './api-document.js';
import { EXAMPLE_DATE, EXAMPLE_END, EXAMPLE_START, EXAMPLE_TIMEZONE } from '../time/example-date.js';
import { prefixOf } from './path-prefix.js';

/** Serves Swagger UI at /api/docs and the OpenAPI document at /api/docs-json. */
export function serveDocs(app: NestFastifyApplication, clock: Clock): void {
  let shown: { date: string; prefix: string; document: OpenAPIObject } | undefined;
  const patchDocumentOnRequest = (request: unknown, _: unknown, document: OpenAPIObject): OpenAPIObject => {
    const [date, prefix] = [exampleMonday(clock), prefixOf(request as FastifyRequest)];
    if (shown?.date !== date || shown.prefix !== prefix)
      shown = { date, prefix, document: withPrefix(prefix, withExampleDate(document, date)) };
    return shown.document;
  };
  SwaggerModule.setup('api/docs', app, () => createApiDocument(app), {
    jsonDocumentUrl: 'api/docs-json',
    raw: ['json'],
    customSiteTitle: 'Clinica API',
    patchDocumentOnRequest,
    swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true },
  });
}

/** A Monday at least four weeks ahead: the demo's doctors work on it, and it has no bookings yet. */
export function exampleMonday(clock: Clock): string {
  const inFourWeeks = addDays(dateIn('UTC', clock.now()), 28);
  return addDays(inFourWeeks, (8 - dayOfWeek(inFourWeeks)) % 7);
}

/** Replaces the dates in the examples, with the offset that is in force on that date. */
export function withExampleDate(document: OpenAPIObject, date: string): OpenAPIObject {
  const offset = isoIn(EXAMPLE_TIMEZONE, Date.parse(`${date}T12:00:00Z`)).slice(19);
  const text = JSON.stringify(document)
    .replaceAll(EXAMPLE_START, `${date}T10:00:00${offset}`)
    .replaceAll(EXAMPLE_END, `${date}T10:30:00${offset}`)
    .replaceAll(EXAMPLE_DATE, date);
  return JSON.parse(text) as OpenAPIObject;
}

function withPrefix(prefix: string, document: OpenAPIObject): OpenAPIObject {
  if (prefix === '') return document;
  return { ...document, servers: document.servers?.map((server) => ({ ...server, url: prefix })) };
}
