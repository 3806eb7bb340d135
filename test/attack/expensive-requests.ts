import type { Document, Operation } from '../support/openapi.js';
import { BODIES, IN_URL, VALUES } from './expensive-values.js';
import type { Role } from './target.js';

/** A request that may cause much work. */
export interface CostlyRequest {
  /** What is hostile in it. */
  readonly what: string;
  readonly operation: string;
  readonly as: Role | 'visitor';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

type Variant = Pick<CostlyRequest, 'what' | 'path' | 'headers' | 'body'>;

const LONG = 'a'.repeat(14_000);
const JSON_TYPE = { 'content-type': 'application/json' };

/** Requests for one operation. Each is valid except for one thing. */
export function costlyRequests(operation: Operation, document: Document): CostlyRequest[] {
  const variants = [
    ...plain(operation, document),
    ...bodies(operation, document),
    ...addresses(operation, document),
  ];
  const headers: Variant[] = [
    {
      ...validRequest(operation, document),
      what: 'a long token',
      headers: { ...JSON_TYPE, authorization: `Bearer ${LONG}` },
    },
    {
      ...validRequest(operation, document),
      what: 'a token of dots',
      headers: { authorization: `Bearer ${'a.'.repeat(7_000)}` },
    },
    {
      ...validRequest(operation, document),
      what: 'many proxies',
      headers: { ...JSON_TYPE, 'x-forwarded-for': '1.1.1.1,'.repeat(1_700) },
    },
  ];
  return rolesFor(operation).flatMap((as) =>
    [...variants, ...headers].map((variant) => ({
      ...variant,
      as,
      operation: operation.name,
      method: operation.method,
    })),
  );
}

function rolesFor({ security, responses }: Operation): CostlyRequest['as'][] {
  if (security.length === 0) return ['visitor'];
  return '403' in responses ? ['doctor', 'staff', 'admin'] : ['user', 'staff'];
}

function plain(operation: Operation, document: Document): Variant[] {
  return [{ ...validRequest(operation, document), what: 'nothing' }];
}

function validRequest(operation: Operation, document: Document): Omit<Variant, 'what'> {
  const example = exampleOf(operation, document);
  const query = parametersOf(operation, 'query')
    .filter(({ required }) => required)
    .map(({ name, schema }) => `${name}=${JSON.stringify(schema?.example ?? 1).replaceAll('"', '')}`)
    .join('&');
  return {
    path: pathOf(operation) + (query && `?${query}`),
    headers: example ? JSON_TYPE : {},
    body: example && JSON.stringify(example),
  };
}

function bodies(operation: Operation, document: Document): Variant[] {
  const valid = validRequest(operation, document);
  const example = exampleOf(operation, document);
  if (!example) return [];
  const whole = Object.entries(BODIES).map(([what, body]) => ({ ...valid, what, body }));
  const fields = Object.keys(example).flatMap((name) =>
    Object.entries(VALUES).map(([what, value]) => ({
      ...valid,
      what: `${what} as ${name}`,
      body: `{${Object.entries({ ...example, [name]: undefined })
        .map(([key, held]) => `"${key}":${key === name ? value : JSON.stringify(held)}`)
        .join(',')}}`,
    })),
  );
  return [...whole, ...fields];
}

function addresses(operation: Operation, document: Document): Variant[] {
  const valid = validRequest(operation, document);
  const queries = parametersOf(operation, 'query').flatMap(({ name }) =>
    IN_URL.map(([what, text]) => ({
      ...valid,
      what: `${what} as ${name}`,
      path: `${pathOf(operation)}?${name}=${text}`,
    })),
  );
  const paths =
    parametersOf(operation, 'path').length === 0
      ? []
      : IN_URL.map(([what, text]) => ({
          ...valid,
          what: `${what} in the path`,
          path: operation.path.replace(/\{\w+\}/, text.slice(0, 480).replace(/%.?$/, '')),
        }));
  const many = Array.from({ length: 2_000 }, (_, at) => `${at.toString(36)}=1`).join('&');
  return [...queries, ...paths, { ...valid, what: 'many parameters', path: `${pathOf(operation)}?${many}` }];
}

const pathOf = ({ path }: Operation): string => path.replace(/\{\w+\}/, '1');

const parametersOf = ({ parameters = [] }: Operation, where: 'path' | 'query') =>
  parameters.filter((parameter) => parameter.in === where);

function exampleOf({ requestBody }: Operation, document: Document): Record<string, unknown> | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  return schema && (document.example(schema) as Record<string, unknown>);
}
