import type { Document, Operation } from '../support/openapi.js';
import { BODIES, IN_URL, VALUES } from './expensive-values.js';
import type { Role } from './target.js';

/** A request that may be much work, and what is nasty in it. */
export interface Costly {
  readonly what: string;
  readonly operation: string;
  readonly as: Role | 'nobody';
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

type Part = Pick<Costly, 'what' | 'path' | 'headers' | 'body'>;

const LONG = 'a'.repeat(14_000);
const JSON_TYPE = { 'content-type': 'application/json' };

/** Requests for one operation: good ones, but for one thing each. */
export function costlyRequests(operation: Operation, document: Document): Costly[] {
  const parts = [
    ...plain(operation, document),
    ...bodies(operation, document),
    ...addresses(operation, document),
  ];
  const headers: Part[] = [
    {
      ...goodOf(operation, document),
      what: 'a long token',
      headers: { ...JSON_TYPE, authorization: `Bearer ${LONG}` },
    },
    {
      ...goodOf(operation, document),
      what: 'a token of dots',
      headers: { authorization: `Bearer ${'a.'.repeat(7_000)}` },
    },
    {
      ...goodOf(operation, document),
      what: 'many proxies',
      headers: { ...JSON_TYPE, 'x-forwarded-for': '1.1.1.1,'.repeat(1_700) },
    },
  ];
  return callersOf(operation).flatMap((as) =>
    [...parts, ...headers].map((part) => ({
      ...part,
      as,
      operation: operation.name,
      method: operation.method,
    })),
  );
}

function callersOf({ security, responses }: Operation): Costly['as'][] {
  if (!security) return ['nobody'];
  return '403' in responses ? ['doctor', 'admin'] : ['user'];
}

function plain(operation: Operation, document: Document): Part[] {
  return [{ ...goodOf(operation, document), what: 'nothing' }];
}

function goodOf(operation: Operation, document: Document): Omit<Part, 'what'> {
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

function bodies(operation: Operation, document: Document): Part[] {
  const good = goodOf(operation, document);
  const example = exampleOf(operation, document);
  if (!example) return [];
  const whole = Object.entries(BODIES).map(([what, body]) => ({ ...good, what, body }));
  const fields = Object.keys(example).flatMap((name) =>
    Object.entries(VALUES).map(([what, value]) => ({
      ...good,
      what: `${what} as ${name}`,
      body: `{${Object.entries({ ...example, [name]: undefined })
        .map(([key, held]) => `"${key}":${key === name ? value : JSON.stringify(held)}`)
        .join(',')}}`,
    })),
  );
  return [...whole, ...fields];
}

function addresses(operation: Operation, document: Document): Part[] {
  const good = goodOf(operation, document);
  const queries = parametersOf(operation, 'query').flatMap(({ name }) =>
    IN_URL.map(([what, text]) => ({
      ...good,
      what: `${what} as ${name}`,
      path: `${pathOf(operation)}?${name}=${text}`,
    })),
  );
  const paths =
    parametersOf(operation, 'path').length === 0
      ? []
      : IN_URL.map(([what, text]) => ({
          ...good,
          what: `${what} in the path`,
          path: operation.path.replace(/\{\w+\}/, text.slice(0, 480).replace(/%.?$/, '')),
        }));
  const many = Array.from({ length: 2_000 }, (_, at) => `${at.toString(36)}=1`).join('&');
  return [...queries, ...paths, { ...good, what: 'many parameters', path: `${pathOf(operation)}?${many}` }];
}

const pathOf = ({ path }: Operation): string => path.replace(/\{\w+\}/, '1');

const parametersOf = ({ parameters = [] }: Operation, where: 'path' | 'query') =>
  parameters.filter((parameter) => parameter.in === where);

function exampleOf({ requestBody }: Operation, document: Document): Record<string, unknown> | undefined {
  const schema = requestBody?.content['application/json']?.schema;
  return schema && (document.example(schema) as Record<string, unknown>);
}
