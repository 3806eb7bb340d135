import { ApiEnvironment } from './api.environment.js';
import { ClinicEnvironment } from './clinic.environment.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { guessesFor } from './guesses.mjs';
import { isPhrase } from './phrase.js';
import { isContradictory, isTooWide, trustedProxies } from './proxies.js';
import { readSecrets } from './secrets.js';
import { type Judgement, ofServers } from './unsafe-servers.js';
import { isLoopback, readOrigin, readPage } from './web-addresses.js';
import { WorkerEnvironment } from './worker.environment.js';

const SHORTEST_SECRET = 32;
/** Chance makes none of 32 hexadecimal digits that takes fewer. */
const FEWEST_GUESSES = 1e20;

const SAMPLE_SECRETS =
  /change|replace|secret|sample|example|default|placeholder|password|(?<![a-z\d])(demo|test|your|this|here)(?![a-z\d])/i;

/** What must not be so where real people's data are: a sentence for each, with what to do. */
export function unsafeInProduction(environment: DatabaseEnvironment, source: NodeJS.ProcessEnv): string[] {
  return [
    ...ofNode(source),
    ...ofServers(environment),
    ...(environment instanceof ClinicEnvironment ? ofSecrets(environment) : []),
    ...(environment instanceof ApiEnvironment ? ofTheWeb(environment) : []),
    ...(environment instanceof WorkerEnvironment ? ofPages(environment) : []),
    ...ofLogs(environment),
  ]
    .filter(([isUnsafe]) => isUnsafe)
    .map(([, sentence]) => sentence);
}

/** Node reads it at each connection: no class of variables has it. */
function ofNode({ NODE_TLS_REJECT_UNAUTHORIZED }: NodeJS.ProcessEnv): Judgement[] {
  return [
    [
      NODE_TLS_REJECT_UNAUTHORIZED === '0',
      'NODE_TLS_REJECT_UNAUTHORIZED is 0: anybody on the way could pose as the database, Redis or the mail server; remove it, and name the certificate of your own authority in NODE_EXTRA_CA_CERTS',
    ],
  ];
}

function ofSecrets({ JWT_SECRET = '' }: ClinicEnvironment): Judgement[] {
  const secrets = readSecrets(JWT_SECRET) ?? [];
  return [
    [
      secrets.some((secret) => secret.length < SHORTEST_SECRET),
      `JWT_SECRET is too short for production: use at least ${SHORTEST_SECRET} random characters, also for the former one after a comma`,
    ],
    [
      secrets.some(isSampleSecret),
      'JWT_SECRET looks like a sample or a pattern: make a random one, for instance with openssl rand -base64 48',
    ],
    [
      // The former one may be a phrase: it has to be rotated out.
      isPhrase(secrets[0] ?? ''),
      'JWT_SECRET is made of words: make a random one, for instance with openssl rand -base64 48, and name the former one after a comma',
    ],
  ];
}

function isSampleSecret(secret: string): boolean {
  return SAMPLE_SECRETS.test(secret) || new Set(secret).size < 7 || guessesFor(secret) < FEWEST_GUESSES;
}

function ofTheWeb({ CORS_ORIGINS, HOST, RATE_LIMIT_ENABLED, TRUST_PROXY }: ApiEnvironment): Judgement[] {
  return [
    [
      CORS_ORIGINS.some((origin) => isPlain(readOrigin(origin))),
      'CORS_ORIGINS has an origin without TLS: anybody on the way could read what it is answered; use https',
    ],
    [
      TRUST_PROXY.length === 0,
      'TRUST_PROXY is not set: name the proxies in front of the API, or set it to none where clients connect directly; else one client behind a proxy uses up the limits of all',
    ],
    [
      TRUST_PROXY.some(isTooWide),
      'TRUST_PROXY believes everybody in a network wider than a /24 (of IPv6, a /64): clients could make up the address that they are limited by; name the proxies',
    ],
    [isContradictory(TRUST_PROXY), 'TRUST_PROXY names proxies and none: leave one of the two out'],
    [
      // A proxy brings clients of the network to an API that listens on loopback.
      !RATE_LIMIT_ENABLED && !(isLoopback(HOST) && trustedProxies(TRUST_PROXY).length === 0),
      'RATE_LIMIT_ENABLED is false while the network reaches HOST or a proxy of TRUST_PROXY: passwords could be guessed without a pause; set it to true',
    ],
  ];
}

function ofPages({ FRONT_END_URL = '' }: WorkerEnvironment): Judgement[] {
  return [
    [
      isPlain(readPage(FRONT_END_URL)),
      'FRONT_END_URL is without TLS: anybody on the way could read the codes that are mailed; use https',
    ],
  ];
}

function ofLogs({ LOG_LEVEL }: DatabaseEnvironment): Judgement[] {
  return [
    [
      LOG_LEVEL === 'silent',
      'LOG_LEVEL is silent: nobody would learn of an error or an attack; use fatal, or a level that says more',
    ],
  ];
}

/** Whether an address is read by all who pass it on; what stays on this machine is not. */
function isPlain(url: URL | undefined): boolean {
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
}
