import { sendRaw } from '../support/verbatim-http.js';
import type { Attack, Finding } from './attack.js';
import { spellingsOf } from './path-spellings.js';
import { ADMIN, type Target } from './target.js';

const BASE = '/admin/queues';
const METHODS = [
  ...['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'CONNECT'],
  ...['PROPFIND', 'QUERY', 'SEARCH', 'MKCOL', 'get', 'GETS', 'G\u0130T'],
];
const HEADERS = [
  ...['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Forwarded-Uri', 'X-Forwarded-Prefix'].map(
    (name) => `${name}: ${BASE}/api/queues`,
  ),
  ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name) => `${name}: OPTIONS`),
  ...['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-Client-IP', 'X-Forwarded-Host'].map(
    (name) => `${name}: ${name === 'Forwarded' ? 'for=' : ''}127.0.0.1`,
  ),
  ...['X-Forwarded-User', 'X-Remote-User', 'Remote-User', 'From'].map((name) => `${name}: ${ADMIN.email}`),
  ...['localhost', '127.0.0.1', 'localhost:6379', 'x/admin/queues', 'admin@x', ''].map(
    (host) => `Host: ${host}`,
  ),
];

const basic = (email: string, password: string): string =>
  `Authorization: Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

/** Authentication headers of everyone except an admin with a password. */
async function unauthorizedHeaders(target: Target): Promise<string[]> {
  const people = [await target.patient(), await target.doctor()];
  const { token } = await target.admin();
  return [
    'X-Nobody: 1',
    ...people.flatMap((person) => [
      `Authorization: Bearer ${person.token}`,
      basic(person.email, person.password),
    ]),
    // The dashboard requires a password. A page of another origin might hold a token.
    `Authorization: Bearer ${token}`,
    basic(ADMIN.email, ''),
    basic(ADMIN.email, ` ${ADMIN.password}`),
    basic(ADMIN.email, `${ADMIN.password}\0`),
    basic(ADMIN.email, token),
    'Authorization: Basic',
    'Authorization: Basic Og==',
    `Cookie: token=${token}`,
  ];
}

/** Paths of the dashboard, and texts that identify its content under any path. */
interface Dashboard {
  readonly paths: readonly string[];
  readonly marks: readonly string[];
}

/** Reads the dashboard as an admin. If even an admin saw nothing, an attack without findings would prove nothing. */
async function readDashboard(target: Target): Promise<Dashboard> {
  const fetchPage = async (path: string): Promise<string> => {
    const [name, value] = basic(ADMIN.email, ADMIN.password).split(': ') as [string, string];
    const { status, body } = await target.client.get<unknown>(path, { headers: { [name]: value } });
    if (status !== 200) throw new Error(`An admin does not see ${path}: ${status}`);
    return typeof body === 'string' ? body : JSON.stringify(body);
  };
  const page = await fetchPage(`${BASE}/`);
  const files = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(
    ([, path]) => new URL(path!, `${target.url}${BASE}/`).pathname,
  );
  if (files.length === 0) throw new Error('The page of the dashboard names no static files.');
  const queue = /"name":"([\w-]+)"/.exec(await fetchPage(`${BASE}/api/queues`))![1]!;
  const beginnings = await Promise.all(files.map(async (path) => (await fetchPage(path)).slice(0, 80)));
  return {
    paths: [BASE, `${BASE}/api/queues`, `${BASE}/api/queues/${queue}/pause`, files[0]!],
    marks: [...beginnings, `"${queue}"`, '<div id="root"', 'Clinica queues<'],
  };
}

/** Every request line with its headers, except those that authenticate. */
function requests(paths: readonly string[], host: string): string[] {
  const requestOf = (line: string, ...headers: string[]): string => [line, ...headers].join('\r\n');
  const spelled = paths
    .flatMap((path) => spellingsOf(path, host))
    .map((path) => requestOf(`GET ${path} HTTP/1.1`, 'Host: x'));
  const methods = paths.flatMap((path) =>
    METHODS.map((method) => requestOf(`${method} ${path} HTTP/1.1`, 'Host: x')),
  );
  const spoofed = ['/health/live', '/nowhere', ...paths].flatMap((path) =>
    HEADERS.map((header) => {
      const all = header.startsWith('Host') ? [header] : ['Host: x', header];
      return requestOf(`GET ${path} HTTP/1.1`, ...all);
    }),
  );
  const old = paths.flatMap((path) => [`GET ${path} HTTP/1.0`, `GET ${path}`, `GET ${path} HTTP/0.9`]);
  return [...spelled, ...methods, ...spoofed, ...old];
}

/** Whether an answer comes, or may come, from the dashboard. */
function isLetIn(
  request: string,
  { status, text }: { status: number; text: string },
  content: Dashboard,
): boolean {
  return (status < 400 && !request.includes(' /health/live ')) || content.marks.some((m) => text.includes(m));
}

/** Tries spellings, methods and headers that might bypass the dashboard's guard. */
export const dashboard: Attack = {
  name: 'dashboard',
  about: 'spelling tricks, odd methods and headers against the queue dashboard',
  async run(target) {
    const findings = new Map<string, Finding>();
    const content = await readDashboard(target);
    const { host, hostname, port } = new URL(target.url);
    let tried = 0;
    const tryAll = async (authentication: string): Promise<void> => {
      for (const request of requests(content.paths, host)) {
        const bytes = `${request}\r\n${authentication}\r\nConnection: close\r\n\r\n`;
        tried += 1;
        const { status, body } = await sendRaw(target.url, bytes);
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        if (!isLetIn(request, { status, text }, content) && !(status >= 500)) continue;
        // Report each answer once, whatever the authentication.
        const what = `it answers ${status} to ${request}`.replaceAll('\r\n', ', ');
        if (findings.has(what)) continue;
        findings.set(what, {
          what,
          reproduce: `printf '%b' ${JSON.stringify(bytes.replaceAll('\\', '\\\\'))} | nc ${hostname} ${port}`,
        });
      }
    };
    await Promise.all((await unauthorizedHeaders(target)).map(tryAll));
    return { tried, findings: [...findings.values()] };
  },
};
