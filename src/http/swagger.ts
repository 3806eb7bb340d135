import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { addDays, dateIn, dayOfWeek } from '../time/clinic-time.js';
import type { Clock } from '../time/clock.js';
import { isoIn } from '../time/zone-offset.js';
import { createApiDocument } from './api-document.js';
import { EXAMPLE_DATE, EXAMPLE_END, EXAMPLE_START, EXAMPLE_TIMEZONE } from '../time/example-date.js';
import { prefixOf } from './path-prefix.js';

/** What contains the document: building it takes tens of milliseconds. */
const WITH_DOCUMENT = /^\/api\/docs(-json|\/swagger-ui-init\.js)$/;
/** Prefixes of proxies for which texts are kept. */
const MAX_PREFIXES = 8;

interface BuiltText {
  readonly type: string;
  readonly text: Buffer;
}

/**
 * Serves Swagger UI at /api/docs and the OpenAPI document at /api/docs-json. What contains the document is built once a
 * day, not for each request.
 */
export function serveDocs(app: NestFastifyApplication, clock: Clock): void {
  keepBuiltTexts(app.getHttpAdapter().getInstance(), clock);
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

/** Gives the routes of these texts hooks of their own. These run after the hooks that count and admit requests. */
function keepBuiltTexts(server: FastifyInstance, clock: Clock): void {
  const built = new LRUCache<string, BuiltText>({ max: 2 * MAX_PREFIXES });
  const keyOf = (request: FastifyRequest): string =>
    [request.routeOptions.url, exampleMonday(clock), prefixOf(request)].join(' ');
  server.addHook('onRoute', (route) => {
    if (!WITH_DOCUMENT.test(route.url)) return;
    route.onRequest = (request, reply, done) => {
      const found = built.get(keyOf(request));
      if (!found) return done();
      void reply.type(found.type).send(found.text);
    };
    route.onSend = (request, reply, payload, done) => {
      if (reply.statusCode === 200 && typeof payload === 'string')
        built.set(keyOf(request), {
          type: String(reply.getHeader('content-type')),
          text: Buffer.from(payload),
        });
      done(null, payload);
    };
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
