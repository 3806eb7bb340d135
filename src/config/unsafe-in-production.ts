import { ApiEnvironment } from './api.environment.js';
import { ClinicEnvironment } from './clinic.environment.js';
import type { DatabaseEnvironment } from './database.environment.js';
import { guessesFor } from './guesses.mjs';
import { isPhrase } from './phrase.js';
import { isContradictory, isTooWide, trustedProxies } from './proxies.js';
import { readSecrets } from './secrets.js';
import { type SafetyCheck, checkServers } from './unsafe-servers.js';
import { isLoopback, readOrigin, readPage } from './web-addresses.js';
import { WorkerEnvironment } from './worker.environment.js';

const SHORTEST_SECRET = 32;
/** A random secret of 32 hexadecimal digits takes more. */
const MIN_GUESSES = 1e20;

const SAMPLE_SECRETS =
  /change|replace|secret|sample|example|default|placeholder|password|(?<![a-z\d])(demo|test|your|this|here)(?![a-z\d])/i;

/** Settings that are unsafe in production: for each a sentence that says what is wrong and what to do. */
export function unsafeInProduction(environment: DatabaseEnvironment, source: NodeJS.ProcessEnv): string[] {
  return [
    ...checkNode(source),
    ...checkServers(environment),
    ...(environment instanceof ClinicEnvironment ? checkSecrets(environment) : []),
    ...(environment instanceof ApiEnvironment ? checkWeb(environment) : []),
    ...(environment instanceof WorkerEnvironment ? checkFrontEnd(environment) : []),
    ...checkLogs(environment),
  ]
    .filter(([isUnsafe]) => isUnsafe)
    .map(([, sentence]) => sentence);
}

/** For a variable that Node.js itself reads, so no environment class declares it. */
function checkNode({ NODE_TLS_REJECT_UNAUTHORIZED }: NodeJS.ProcessEnv): SafetyCheck[] {
  return [
    [
      NODE_TLS_REJECT_UNAUTHORIZED === '0',
      'NODE_TLS_REJECT_UNAUTHORIZED is 0: anybody on the network path could impersonate the database, Redis or the mail server; remove it, and set NODE_EXTRA_CA_CERTS to the certificate of your own authority',
    ],
  ];
}

function checkSecrets({ JWT_SECRET = '' }: ClinicEnvironment): SafetyCheck[] {
  const secrets = readSecrets(JWT_SECRET) ?? [];
  return [
    [
      secrets.some((secret) => secret.length < SHORTEST_SECRET),
      `JWT_SECRET is too short for production: use at least ${SHORTEST_SECRET} random characters, also in the former one after a comma`,
    ],
    [
      secrets.some(isSampleSecret),
      'JWT_SECRET looks like a sample or a pattern: generate a random one, for instance with openssl rand -base64 48',
    ],
    [
      // Only the new one: a former phrase must remain valid until it is rotated out.
      isPhrase(secrets[0] ?? ''),
      'JWT_SECRET is made of words: generate a random one, for instance with openssl rand -base64 48, and keep the former one after a comma',
    ],
  ];
}

function isSampleSecret(secret: string): boolean {
  return SAMPLE_SECRETS.test(secret) || new Set(secret).size < 7 || guessesFor(secret) < MIN_GUESSES;
}

function checkWeb({ CORS_ORIGINS, HOST, RATE_LIMIT_ENABLED, TRUST_PROXY }: ApiEnvironment): SafetyCheck[] {
  return [
    [
      CORS_ORIGINS.some((origin) => isPlaintext(readOrigin(origin))),
      'CORS_ORIGINS has an origin without TLS: anybody on the network path could read its responses; use https',
    ],
    [
      TRUST_PROXY.length === 0,
      'TRUST_PROXY is not set: list the proxies in front of the API, or set it to none if clients connect directly; otherwise one client behind a proxy uses up the rate limits of all',
    ],
    [
      TRUST_PROXY.some(isTooWide),
      'TRUST_PROXY trusts a network wider than a /24 (in IPv6, a /64): clients inside it could forge the address that rate limits count; list the proxies',
    ],
    [isContradictory(TRUST_PROXY), 'TRUST_PROXY names proxies and none: remove one of the two'],
    [
      // A trusted proxy forwards clients from the network even to an API that listens on loopback.
      !RATE_LIMIT_ENABLED && !(isLoopback(HOST) && trustedProxies(TRUST_PROXY).length === 0),
      'RATE_LIMIT_ENABLED is false although the network reaches HOST or a proxy of TRUST_PROXY: passwords could be guessed without a limit; set it to true',
    ],
  ];
}

function checkFrontEnd({ FRONT_END_URL = '' }: WorkerEnvironment): SafetyCheck[] {
  return [
    [
      isPlaintext(readPage(FRONT_END_URL)),
      'FRONT_END_URL is without TLS: anybody on the network path could read the emailed codes; use https',
    ],
  ];
}

function checkLogs({ LOG_LEVEL }: DatabaseEnvironment): SafetyCheck[] {
  return [
    [
      LOG_LEVEL === 'silent',
      'LOG_LEVEL is silent: errors and attacks would go unnoticed; use fatal or a more verbose level',
    ],
  ];
}

/** Whether a URL sends data in plain text over the network. */
function isPlaintext(url: URL | undefined): boolean {
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
}
