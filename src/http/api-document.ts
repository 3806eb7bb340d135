import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { operationsOf, problemsByOperation } from './api-operations.js';
import { API_TAGS } from './api-tags.js';
import { addBodyExamples, describeHeaders, inlineNullableReferences } from './describe-responses.js';
import { describeProblems } from './describe-problems.js';

const ABOUT = `Appointment booking for clinics.

Dates are \`YYYY-MM-DD\` and times \`HH:MM\`, both in the doctor's own time zone; \`starts_at\` and \`ends_at\` are the
same moments in ISO 8601 with an offset. Errors are RFC 9457 problem documents; each has a stable \`code\`.

**To try it:** log in at \`POST /api/auth/login\`, copy the \`token\` from the response, press **Authorize** and paste
it, then list a doctor's available slots and book one of them. Examples of requests that change or delete something use
placeholder ids and passwords: replace them with your own.`;

const PARAMETER = /\{\w+\}/g;

/** Creates the OpenAPI document of an application's routes. Dates in its examples are placeholders. */
export function createApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('Clinica')
    .setDescription(ABOUT)
    .setVersion('1')
    .setContact('The clinic that runs this API', '', '')
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('/', 'This clinic')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
  for (const [name, description] of API_TAGS) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build());
  document.info.contact = { name: document.info.contact!.name! };
  describeProblems(document, problemsByOperation(app));
  describeHeaders(document);
  inlineNullableReferences(document);
  addBodyExamples(document);
  mergeTwinPaths(document);
  return document;
}

/**
 * Merges paths that differ only in the name of their parameter into one item, with the parameter `id`: OpenAPI, and the
 * tools that read the document, treat them as the same path.
 */
function mergeTwinPaths(document: OpenAPIObject): void {
  const { paths } = document;
  for (const { path, operation } of operationsOf(document)) {
    const twin = path.replace(PARAMETER, '{id}');
    if (twin === path || paths[twin] === undefined) continue;
    for (const parameter of operation.parameters ?? [])
      if ('name' in parameter && parameter.in === 'path') parameter.name = 'id';
    paths[twin] = { ...paths[path], ...paths[twin] };
    delete paths[path];
  }
}
