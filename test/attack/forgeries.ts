import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Forgery, toEpochSeconds, forgeToken } from '../support/forged-token.js';
import type { Person, Role } from './target.js';

/** The account whose tokens are forged. */
export interface Victim {
  readonly person: Person;
  readonly role: Role;
  /** The real secret, because most forgeries must be wrong in one thing only, and not in their signature. */
  readonly secret: string;
  /** The URL of a listener. If the service calls it, it has fetched a key from a token. */
  readonly trap: string;
}

type Forgeries = [what: string, token: string][];

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function forgerFor({ person, role, secret }: Victim): (forgery?: Forgery) => string {
  return (forgery) => forgeToken(secret, { id: person.id, email: person.email, role }, forgery);
}

/** A token as the service signs it. It must be accepted; otherwise the refusal of the others proves nothing. */
export const validToken = (victim: Victim): string => forgerFor(victim)();

/** All forged tokens of a victim, each with a description. */
export function forgeries(victim: Victim): Forgeries {
  return [
    ...algorithms(victim),
    ...byOtherKeys(victim),
    ...headers(victim),
    ...claims(victim),
    ...cutAndPasted(victim),
  ];
}

function algorithms(victim: Victim): Forgeries {
  const forge = forgerFor(victim);
  const [, body, signature] = victim.person.token.split('.') as [string, string, string];
  return [
    ...['none', 'None', 'NONE', 'nOnE', ' none', 'none\0', ''].flatMap((alg): Forgeries => [
      [`alg ${JSON.stringify(alg)}, no signature`, forge({ header: { alg }, digest: 'none' })],
      [`alg ${JSON.stringify(alg)}, signed`, forge({ header: { alg } })],
    ]),
    ['alg none, with a valid signature', `${encoded({ alg: 'none' })}.${body}.${signature}`],
    ['no alg', forge({ header: { alg: undefined } })],
    ['alg null', forge({ header: { alg: null } })],
    ['algs in a list', forge({ header: { alg: ['HS256', 'none'] } })],
    ['hs256 in small letters', forge({ header: { alg: 'hs256' } })],
    ['HS384', forge({ header: { alg: 'HS384' }, digest: 'sha384' })],
    ['HS512', forge({ header: { alg: 'HS512' }, digest: 'sha512' })],
    ...['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg): Forgeries[number] => [
      `${alg} in the header of an HMAC`,
      forge({ header: { alg } }),
    ]),
    ['HS256 in the header, signed by SHA-512', forge({ digest: 'sha512' })],
  ];
}

function byOtherKeys(victim: Victim): Forgeries {
  const { trap } = victim;
  const forge = forgerFor(victim);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const body = validToken(victim).split('.')[1]!;
  const byRsa = (header: object): string => signed({ alg: 'RS256', ...header }, body, privateKey);
  const guessed = (header: Record<string, unknown>): string => forge({ header, secret: 'guessed' });
  return [
    ['RS256 with another key', byRsa({})],
    ['RS256, its public key as the secret', forge({ secret: pem })],
    ['RS256 with the key embedded (jwk)', byRsa({ jwk })],
    ['RS256 with the key elsewhere (jku)', byRsa({ jku: `${trap}/keys.json`, kid: '1' })],
    ['RS256 with a certificate elsewhere (x5u)', byRsa({ x5u: `${trap}/cert.pem` })],
    ['HS256 with the key embedded (jwk)', guessed({ jwk: { kty: 'oct', k: encoded('guessed') } })],
    ['HS256 with the key elsewhere (jku)', guessed({ jku: `${trap}/keys.json` })],
    ['HS256 with the key elsewhere (x5u)', guessed({ x5u: `${trap}/cert.pem` })],
    ['a guessed secret', guessed({})],
    ...['', ' ', '\0', 'secret', 'undefined', 'null', '[object Object]'].map((secret): Forgeries[number] => [
      `the secret ${JSON.stringify(secret)}`,
      forge({ secret }),
    ]),
  ];
}

/** A careless service looks up a key by `kid` in a file, a database or at a URL. */
const KIDS = [
  '../../../../dev/null',
  '/dev/null',
  '/proc/sys/kernel/randomize_va_space',
  "' UNION SELECT '' -- ",
  "x' OR '1'='1",
  '| sleep 5',
  'a\0',
  '__proto__',
];

function headers(victim: Victim): Forgeries {
  const forge = forgerFor(victim);
  const withHeader = (text: string, secret?: string): string => {
    const token = `${encoded(text)}.${validToken(victim).split('.')[1]}`;
    const signature = secret && createHmac('sha256', secret).update(token).digest('base64url');
    return `${token}.${signature ?? ''}`;
  };
  return [
    ...[...KIDS, victim.trap].map((kid): Forgeries[number] => [
      `kid ${JSON.stringify(kid)}, an empty secret`,
      forge({ header: { kid }, secret: '' }),
    ]),
    ['alg twice, none last, no signature', withHeader('{"alg":"HS256","alg":"none"}')],
    ['alg twice, none first, no signature', withHeader('{"alg":"none","alg":"HS256"}')],
    ['alg twice, none last, signed', withHeader('{"alg":"HS256","alg":"none"}', victim.secret)],
    ['alg twice, HS256 last, guessed', withHeader('{"alg":"none","alg":"HS256"}', 'guessed')],
    ['alg below __proto__', withHeader('{"__proto__":{"alg":"HS256"}}', victim.secret)],
    ['a header that is no JSON', withHeader('{"alg":"HS256"', victim.secret)],
    ['a header that is a list', withHeader('["HS256"]', victim.secret)],
    // RFC 7515, 4.1.11: a critical header that is not understood makes the signature invalid.
    ['crit names an unknown header', forge({ header: { crit: ['exp-policy'], 'exp-policy': 'x' } })],
    ['crit names b64', forge({ header: { crit: ['b64'], b64: false } })],
    ['crit is empty', forge({ header: { crit: [] } })],
  ];
}

function claims(victim: Victim): Forgeries {
  const forge = forgerFor(victim);
  const { id } = victim.person;
  const cases: [string, Record<string, unknown>][] = [
    ['expired', { exp: toEpochSeconds() - 60 }],
    ['expired this second', { exp: toEpochSeconds() - 1 }],
    ['expired, in a text', { exp: String(toEpochSeconds() - 60) }],
    ['not valid yet', { nbf: toEpochSeconds() + 600, exp: toEpochSeconds() + 1200 }],
    ['another issuer', { iss: 'another' }],
    ['no issuer', { iss: undefined }],
    ['an issuer in another case', { iss: 'Clinica' }],
    ['several issuers', { iss: ['clinica', 'another'] }],
    ['another audience', { aud: 'another' }],
    ['no audience', { aud: undefined }],
    ['an empty audience', { aud: [] }],
    ['a role that every object has', { role: 'constructor' }],
    ['roles in a list', { role: [victim.role] }],
    ['an id in a list', { id: [id] }],
    ['an id in a text', { id: String(id) }],
    ['a version in a text', { ver: '0' }],
    ['a version before', { ver: -1 }],
  ];
  return [
    ...cases.map(([what, changed]): Forgeries[number] => [what, forge({ claims: changed })]),
    ['never expiring, by another secret', forge({ claims: { exp: undefined }, secret: 'guessed' })],
  ];
}

function cutAndPasted({ person, role }: Victim): Forgeries {
  const [head, body, signature] = person.token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
  const changed = (more: object): string => `${head}.${encoded({ ...claims, ...more })}.${signature}`;
  return [
    ['no signature', `${head}.${body}.`],
    ['no signature, no dot', `${head}.${body}`],
    ['half a signature', `${head}.${body}.${signature.slice(0, 20)}`],
    ['the role admin under a valid signature', changed({ role: 'admin', changed: role })],
    ['another id under a valid signature', changed({ id: person.id + 1 })],
    ['a later expiry under a valid signature', changed({ exp: toEpochSeconds() + 10 ** 8 })],
  ];
}

function signed(header: object, body: string, key: KeyObject): string {
  const text = `${encoded({ typ: 'JWT', ...header })}.${body}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
