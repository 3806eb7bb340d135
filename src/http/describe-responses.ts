import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './api-operations.js';

type Schema = Exclude<
  NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string],
  { $ref: string }
>;
type SchemaOrRef = Schema | { readonly $ref: string };

const HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request: find it in the logs, quote it when asking for help',
    schema: { type: 'string', format: 'uuid' },
  },
  'Retry-After': {
    description: 'Seconds to wait before trying again; not with `POSSIBLE_DUPLICATE`',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate, RFC 6750',
    schema: { type: 'string', example: 'Bearer' },
  },
  'Idempotency-Replayed': {
    description: '`true` if this response replays the first one to the same `Idempotency-Key`',
    schema: { type: 'string', enum: ['true'] },
  },
};

type HeaderName = keyof typeof HEADERS;

/** Declares the headers of all responses. */
export function describeHeaders(document: OpenAPIObject): void {
  document.components = { ...document.components, headers: HEADERS };
  for (const { operation } of operationsOf(document)) {
    const isKeyed = (operation.parameters ?? []).some(
      (parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key',
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response === undefined || '$ref' in response) continue;
      response.description ||= STATUS_CODES[status] ?? '';
      const isProblem = response.content?.['application/problem+json'] !== undefined;
      const names = headersOf(Number(status), isProblem, isKeyed);
      const added = names.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
      response.headers = { ...response.headers, ...(Object.fromEntries(added) as object) };
    }
  }
}

function headersOf(status: number, isProblem: boolean, isKeyed: boolean): HeaderName[] {
  const names: HeaderName[] = ['X-Request-Id'];
  if (isProblem && [409, 429, 503].includes(status)) names.push('Retry-After');
  if (status === 401) names.push('WWW-Authenticate');
  if (isKeyed && (status < 300 || status === 400)) names.push('Idempotency-Replayed');
  return names;
}

/**
 * Replaces references that may be null by the schemas that they refer to. In OpenAPI 3.0, `nullable` has no effect beside
 * a reference.
 *
 * @see https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md
 */
export function inlineNullableReferences(document: OpenAPIObject): void {
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    const { properties = {} } = resolved(schema, document);
    for (const [name, property] of Object.entries(properties)) {
      if ('$ref' in property || !property.nullable || property.allOf?.length !== 1) continue;
      const { allOf, ...own } = property;
      properties[name] = { ...resolved(allOf[0]!, document), ...own };
    }
  }
}

/**
 * Gives each request body an example made of its fields' examples. Without one, Swagger UI makes up values for fields
 * that have no example, and sends them.
 */
export function addBodyExamples(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document)) {
    const { requestBody } = operation;
    if (requestBody === undefined || '$ref' in requestBody) continue;
    for (const media of Object.values(requestBody.content))
      if (media.schema) media.example ??= exampleOf(media.schema, document);
  }
}

function exampleOf(schemaOrRef: SchemaOrRef, document: OpenAPIObject): unknown {
  const schema = resolved(schemaOrRef, document);
  if (schema.properties === undefined) return schema.example as unknown;
  const fields = Object.entries(schema.properties)
    .map(([name, property]) => [name, exampleOf(property, document)] as const)
    .filter(([, example]) => example !== undefined);
  // An optional object without examples is left out.
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** The schema that a reference stands for. */
export function resolved(schemaOrRef: SchemaOrRef, { components }: OpenAPIObject): Schema {
  if (!('$ref' in schemaOrRef)) return schemaOrRef;
  return components!.schemas![schemaOrRef.$ref.replace('#/components/schemas/', '')] as Schema;
}
