import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Forgery, seconds, tokenBy } from '../support/forged-token.js';
import type { Attack, Finding } from './attack.js';
import type { Person, Target } from './target.js';

const ROUTES = [
  ['user', '/api/bookings/me'],
  ['doctor', '/api/bookings/doctor'],
  ['admin', '/api/users'],
] as const;

/** Every forgery of somebody's token, by what is forged. */
function forgeries(person: Person, role: string, secret: string, trap: string): Map<string, string> {
  const account = { id: person.id, email: person.email, role };
  const forge = (forgery: Forgery): string => tokenBy(secret, account, forgery);
  const wrong = forge({ secret: 'guessed' });
  const [head, claims, signature] = person.token.split('.') as [string, string, string];
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = publicKey.export({ format: 'jwk' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const byRsa = (header: object): string => signed({ alg: 'RS256', ...header }, claims, privateKey);
  const guessed = (header: Record<string, unknown>): string => forge({ header, secret: 'guessed' });
  return new Map([
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, string] => [
      `alg "${alg}", no signature`,
      forge({ header: { alg }, digest: 'none' }),
    ]),
    ['alg none, the signature of the good one', `${encoded({ alg: 'none' })}.${claims}.${signature}`],
    ['HS384', forge({ header: { alg: 'HS384' }, digest: 'sha384' })],
    ['HS512', forge({ header: { alg: 'HS512' }, digest: 'sha512' })],
    ['RS256 in the header of an HMAC', forge({ header: { alg: 'RS256' } })],
    ['RS256 by a key of our own', byRsa({})],
    ['RS256, its public key as the secret', forge({ secret: pem })],
    ['RS256 with the key embedded (jwk)', byRsa({ jwk })],
    ['RS256 with the key elsewhere (jku)', byRsa({ jku: `${trap}/keys.json`, kid: '1' })],
    ['RS256 with a certificate elsewhere (x5u)', byRsa({ x5u: `${trap}/cert.pem` })],
    ['HS256 with the key embedded (jwk)', guessed({ jwk: { kty: 'oct', k: encoded('guessed') } })],
    ['HS256 with the key elsewhere (jku)', guessed({ jku: `${trap}/keys.json` })],
    ...['../../../../dev/null', '/dev/null', "' UNION SELECT '' -- ", 'a\0', 'http://127.0.0.1'].map(
      (kid): [string, string] => [
        `kid ${JSON.stringify(kid)}, an empty secret`,
        forge({ header: { kid }, secret: '' }),
      ],
    ),
    ['expired', forge({ claims: { exp: seconds() - 60 } })],
    ['never expiring, by another secret', forge({ claims: { exp: undefined }, secret: 'guessed' })],
    ['not valid yet', forge({ claims: { nbf: seconds() + 600, exp: seconds() + 1200 } })],
    ['another issuer', forge({ claims: { iss: 'another' } })],
    ['no issuer', forge({ claims: { iss: undefined } })],
    ['several issuers', forge({ claims: { iss: ['clinica', 'another'] } })],
    ['another audience', forge({ claims: { aud: 'another' } })],
    ['no audience', forge({ claims: { aud: undefined } })],
    ['no signature', `${head}.${claims}.`],
    ['no signature, no dot', `${head}.${claims}`],
    [
      'claims of an admin under a good signature',
      `${head}.${encoded({ ...account, role: 'admin' })}.${signature}`,
    ],
    ['a guessed secret', wrong],
    ['an empty secret', forge({ secret: '' })],
    ['alg twice', signedTwice(claims, secret)],
    ['a role that every object has', forge({ claims: { role: 'constructor' } })],
    ['an id in a list', forge({ claims: { id: [person.id] } })],
    ['a version in a text', forge({ claims: { ver: '0' } })],
  ]);
}

/** A header with two algorithms, signed with the right secret: whoever reads the first is fooled by the second. */
function signedTwice(claims: string, secret: string): string {
  const head = Buffer.from('{"alg":"HS256","alg":"none"}').toString('base64url');
  const signature = createHmac('sha512', secret).update(`${head}.${claims}`).digest('base64url');
  return `${head}.${claims}.${signature}`;
}

function signed(header: object, claims: string, key: KeyObject): string {
  const text = `${encoded({ typ: 'JWT', ...header })}.${claims}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function attack(target: Target, trap: string): Promise<{ tried: number; findings: Finding[] }> {
  const people = { user: await target.patient(), doctor: await target.doctor(), admin: await target.admin() };
  const findings: Finding[] = [];
  let tried = 0;
  for (const [role, path] of ROUTES) {
    for (const [what, token] of forgeries(people[role], role, target.secret, trap)) {
      tried += 1;
      const { status } = await target.client.get(path, { token });
      if (status === 401) continue;
      findings.push({
        what: `${path} answers ${status} to a token: ${what}`,
        repeat: `curl -i ${target.url}${path} -H 'authorization: Bearer ${token}'`,
      });
    }
    const { status } = await target.client.get(path, { token: people[role].token });
    if (status !== 200) throw new Error(`${path} does not even take a good token: ${status}`);
  }
  return { tried, findings };
}

/** Forgeries of tokens, against a route of each role. */
export const tokens: Attack = {
  name: 'tokens',
  about: 'forged tokens: none, swapped algorithms, embedded and fetched keys, kid paths, times, issuers',
  async run(target) {
    let visits = 0;
    const trap = createServer((_, response) => {
      visits += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
      const { tried, findings } = await attack(target, url);
      const fetched = {
        what: `a key was fetched from an address in a token, ${visits} times`,
        repeat: 'jku, x5u',
      };
      return { tried, findings: visits === 0 ? findings : [...findings, fetched] };
    } finally {
      trap.close();
    }
  },
};
