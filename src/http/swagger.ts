import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { addDays, dateIn, dayOfWeek } from '../time/clinic-time.js';
import type { Clock } from '../time/clock.js';
import { describeBodyProblems } from './api-problems.js';
import { EXAMPLE_DATE } from './example-date.js';

const ABOUT = `Appointment booking for clinics.

Dates are \`YYYY-MM-DD\` and times \`HH:MM\`, both in the doctor's own time zone; \`starts_at\` and \`ends_at\` are the
same moments in ISO 8601 with an offset. Errors are RFC 9457 problem documents.

**To try it:** log in at \`POST /api/auth/login\`, copy the \`token\` from the answer, press **Authorize**, paste it,
then ask for a doctor's open times and book one of them.`;

/** Swagger UI at /api/docs and its document at /api/docs-json. */
export function serveDocs(app: NestFastifyApplication, clock: Clock): void {
  const config = new DocumentBuilder()
    .setTitle('Clinica')
    .setDescription(ABOUT)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  SwaggerModule.setup(
    'api/docs',
    app,
    () => {
      const document = SwaggerModule.createDocument(app, config);
      describeBodyProblems(document);
      return withCurrentDates(document, clock);
    },
    {
      jsonDocumentUrl: 'api/docs-json',
      raw: ['json'],
      customSiteTitle: 'Clinica API',
      swaggerOptions: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true },
    },
  );
}

function withCurrentDates(document: OpenAPIObject, clock: Clock): OpenAPIObject {
  const inFourWeeks = addDays(dateIn('UTC', clock.now()), 28);
  const monday = addDays(inFourWeeks, (8 - dayOfWeek(inFourWeeks)) % 7);
  return JSON.parse(JSON.stringify(document).replaceAll(EXAMPLE_DATE, monday)) as OpenAPIObject;
}
