import { onTheWire } from '../support/raw-http.js';
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

/** Everybody but an admin with a password, by the header that says who they are. */
async function callers(target: Target): Promise<string[]> {
  const people = [await target.patient(), await target.doctor()];
  const { token } = await target.admin();
  return [
    'X-Nobody: 1',
    ...people.flatMap((person) => [
      `Authorization: Bearer ${person.token}`,
      basic(person.email, person.password),
    ]),
    // The dashboard wants a password, not a token that a page of another origin might hold.
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

/** Page, API and static files; and what only they say, by which they are known under any path. */
interface Board {
  readonly paths: readonly string[];
  readonly marks: readonly string[];
}

/** The dashboard as an admin sees it: an attack on what nobody sees would find nothing, and mean nothing. */
async function boardOf(target: Target): Promise<Board> {
  const see = async (path: string): Promise<string> => {
    const [name, value] = basic(ADMIN.email, ADMIN.password).split(': ') as [string, string];
    const { status, body } = await target.client.get<unknown>(path, { headers: { [name]: value } });
    if (status !== 200) throw new Error(`An admin does not see ${path}: ${status}`);
    return typeof body === 'string' ? body : JSON.stringify(body);
  };
  const page = await see(`${BASE}/`);
  const files = [...page.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map(
    ([, path]) => new URL(path!, `${target.url}${BASE}/`).pathname,
  );
  if (files.length === 0) throw new Error('The page of the dashboard names no static files.');
  const queue = /"name":"([\w-]+)"/.exec(await see(`${BASE}/api/queues`))![1]!;
  const begins = await Promise.all(files.map(async (path) => (await see(path)).slice(0, 80)));
  return {
    paths: [BASE, `${BASE}/api/queues`, `${BASE}/api/queues/${queue}/pause`, files[0]!],
    marks: [...begins, `"${queue}"`, '<div id="root"', 'Clinica queues<'],
  };
}

/** Every request line with its headers, without those of the caller. */
function requests(paths: readonly string[], host: string): string[] {
  const asking = (line: string, ...headers: string[]): string => [line, ...headers].join('\r\n');
  const spelled = paths
    .flatMap((path) => spellingsOf(path, host))
    .map((path) => asking(`GET ${path} HTTP/1.1`, 'Host: x'));
  const methods = paths.flatMap((path) =>
    METHODS.map((method) => asking(`${method} ${path} HTTP/1.1`, 'Host: x')),
  );
  const told = ['/health/live', '/nowhere', ...paths].flatMap((path) =>
    HEADERS.map((header) => {
      const all = header.startsWith('Host') ? [header] : ['Host: x', header];
      return asking(`GET ${path} HTTP/1.1`, ...all);
    }),
  );
  const old = paths.flatMap((path) => [`GET ${path} HTTP/1.0`, `GET ${path}`, `GET ${path} HTTP/0.9`]);
  return [...spelled, ...methods, ...told, ...old];
}

/** Whether an answer is of the dashboard, or might be. */
function isLetIn(request: string, { status, text }: { status: number; text: string }, board: Board): boolean {
  return (status < 400 && !request.includes(' /health/live ')) || board.marks.some((m) => text.includes(m));
}

/** Spellings, methods and headers that might lead past the dashboard's guard. */
export const dashboard: Attack = {
  name: 'dashboard',
  about: 'spelling tricks, odd methods and headers against the queue dashboard',
  async run(target) {
    const findings = new Map<string, Finding>();
    const board = await boardOf(target);
    const { host, hostname, port } = new URL(target.url);
    let tried = 0;
    const tryAll = async (caller: string): Promise<void> => {
      for (const request of requests(board.paths, host)) {
        const bytes = `${request}\r\n${caller}\r\nConnection: close\r\n\r\n`;
        tried += 1;
        const { status, body } = await onTheWire(target.url, bytes);
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        if (!isLetIn(request, { status, text }, board) && !(status >= 500)) continue;
        // Once, whoever asks.
        const what = `it answers ${status} to ${request}`.replaceAll('\r\n', ', ');
        if (findings.has(what)) continue;
        findings.set(what, {
          what,
          repeat: `printf '%b' ${JSON.stringify(bytes.replaceAll('\\', '\\\\'))} | nc ${hostname} ${port}`,
        });
      }
    };
    await Promise.all((await callers(target)).map(tryAll));
    return { tried, findings: [...findings.values()] };
  },
};
