import { onTheWire } from '../support/raw-http.js';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';

/** Spellings of a path below the dashboard's, some of which a proxy or a router takes for it. */
function spellings(path: string): string[] {
  const [first, second, ...rest] = path.slice(1).split('/');
  const tail = rest.length > 0 ? `/${rest.join('/')}` : '';
  return [
    path,
    `${path}/`,
    `/${path}`,
    `${path}//`,
    path.toUpperCase(),
    `/Admin/${second}${tail}`,
    `/./${first}/${second}${tail}`,
    `/${first}/./${second}${tail}`,
    `/x/../${first}/${second}${tail}`,
    `/api/../${first}/${second}${tail}`,
    `/api/docs/../../${first}/${second}${tail}`,
    `/${first}%2f${second}${tail}`,
    `/${first}%2F${second}${tail}`,
    `/%61dmin/${second}${tail}`,
    `/%2561dmin/${second}${tail}`,
    `/%2e/${first}/${second}${tail}`,
    `/health/%2e%2e/${first}/${second}${tail}`,
    `/health/..%2f${first}/${second}${tail}`,
    `/${first};x/${second}${tail}`,
    `/${first}/${second};x${tail}`,
    `/${first}/${second}.${tail}`,
    `/${first}/${second}%00${tail}`,
    `/${first}/${second}%20${tail}`,
    `/${first}\\${second}${tail}`,
    `/${first}/${second}${tail}?x=1`,
    `/${first}/${second}${tail}%3fx`,
    `/${first}/${second}${tail}#x`,
    `http://127.0.0.1/${first}/${second}${tail}`,
    `//127.0.0.1/${first}/${second}${tail}`,
    `/\u00e0dmin/${second}${tail}`,
  ];
}

const PATHS = ['/admin/queues', '/admin/queues/api/queues', '/admin/queues/static/js/main.js'];
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'get'];
const HEADERS = [
  'X-Original-URL: /admin/queues',
  'X-Rewrite-URL: /admin/queues',
  'X-HTTP-Method-Override: GET',
  'X-Forwarded-For: 127.0.0.1',
  'X-Forwarded-User: admin@clinica.example',
  'X-Forwarded-Prefix: /admin/queues',
  'Host: localhost',
];

/** What only the dashboard says. */
const BOARD = /bull.?board|"queues"\s*:|Clinica queues<|<div id="root"/i;

async function callers(target: Target): Promise<string[]> {
  const people = [await target.patient(), await target.doctor()];
  const { token } = await target.admin();
  const basic = (email: string, password: string): string =>
    `Authorization: Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
  return [
    'X-Nobody: 1',
    ...people.flatMap(({ email, password, token }) => [
      `Authorization: Bearer ${token}`,
      basic(email, password),
    ]),
    // The dashboard wants a password, not a token that a page of another origin might hold.
    `Authorization: Bearer ${token}`,
    basic('admin@clinica.example', ''),
    basic('admin@clinica.example', ' demo-admin-password'),
    'Authorization: Basic',
    'Authorization: Basic Og==',
  ];
}

/** Every request line with its headers, without those of the caller. */
function requests(): string[] {
  const plain = PATHS.flatMap((path) =>
    spellings(path).map((spelled) => `GET ${spelled} HTTP/1.1\r\nHost: x`),
  );
  const odd = METHODS.map((method) => `${method} ${PATHS[1]} HTTP/1.1\r\nHost: x`);
  const told = HEADERS.flatMap((header) =>
    ['/health/live', ...PATHS].map(
      (path) => `GET ${path} HTTP/1.1\r\n${header.startsWith('Host') ? header : `Host: x\r\n${header}`}`,
    ),
  );
  return [...plain, ...odd, ...told, `GET ${PATHS[1]} HTTP/1.0`, `GET ${PATHS[1]}\r\n`];
}

/** Spellings, methods and headers that might lead past the dashboard's guard. */
export const dashboard: Attack = {
  name: 'dashboard',
  about: 'spelling tricks, odd methods and headers against the queue dashboard',
  async run(target) {
    const findings: Finding[] = [];
    let tried = 0;
    for (const caller of await callers(target)) {
      for (const request of requests()) {
        const bytes = `${request}\r\n${caller}\r\nConnection: close\r\n\r\n`;
        tried += 1;
        const { status, body } = await onTheWire(target.url, bytes);
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const isLetIn =
          status < 400 && /admin/i.test(request.split('\r\n')[0]!) && !/^(HEAD|OPTIONS)/.test(request);
        if (isLetIn || BOARD.test(text))
          findings.push({ what: `it answers ${status}`, repeat: JSON.stringify(bytes) });
      }
    }
    return { tried, findings };
  },
};
