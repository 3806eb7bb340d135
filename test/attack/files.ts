import type { Answer } from '../support/client.js';
import { sendRaw } from '../support/verbatim-http.js';
import type { Attack, Finding } from './attack.js';
import { quoted } from './shell.js';
import { ADMIN, type Target } from './target.js';

const FOLDERS = ['/api/docs', '/admin/queues/static', '/admin/queues'];

/** Names that lead out of a folder or that no file has. Names that are invalid must be refused, not cause an error. */
const NAMES = [
  ...['..', '../', '../x', './..', '../../package.json', '../../../../../../../../etc/passwd'],
  ...['%2e%2e', '%2e%2e/x', '.%2e/x', '%2e%2e%2fx', '..%2f..%2fpackage.json', '..%252fx', '....//x'],
  ...['..\\x', '..%5cx', 'a%5c..%5cb', '..%5c..%5c..%5cpackage.json', '%5c%5chost%5cshare', 'C:%5cx'],
  ...['%c0%ae%c0%ae/x', '%e0%80%ae%e0%80%ae/x', '%uff0e%uff0e/x', '%ff', '%', '%0', '%zz'],
  ...['%00', 'x%00', 'index.html%00.css', '..%00/x', '%0d%0aX-Injected:%201', '%0a', '%20', '%09', '%7f'],
  ...[
    '.env',
    '.git/config',
    '.npmrc',
    'package.json',
    'LICENSE',
    'node_modules',
    '.htaccess',
    'index.html~',
    'con',
    'nul',
  ],
  ...[
    'a'.repeat(255),
    'a'.repeat(256),
    'a'.repeat(4_000),
    'a/'.repeat(500),
    '%41'.repeat(400),
    '../'.repeat(200),
  ],
  ...['%F0%9F%A9%BA', '%E2%80%AE', ';x', 'x;/../..', '?', '?../x', '#', '//etc/passwd', '/%2fetc%2fpasswd'],
];

/** Content of files that must stay private. */
const SECRET = /root:.*:0:0|"devDependencies"|JWT_SECRET|\[core\]|omit-lockfile/;
/** Error texts of the file system or of its library. */
const FILE_SYSTEM_ERROR = /ENOENT|ENAMETOOLONG|EISDIR|ERR_[A-Z]|node_modules|\bat \S+ \(/;

function wrongWith(folder: string, { status, headers, body }: Answer<unknown>): string | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (status >= 500 || Number.isNaN(status)) return `answers ${status}`;
  if (SECRET.test(text)) return `answers ${status} with a file of the server`;
  const type = headers.get('content-type');
  // The dashboard has its own error format.
  if (status >= 400 && folder.startsWith('/api') && !type?.startsWith('application/problem+json'))
    return `answers ${status} as ${type}`;
  return FILE_SYSTEM_ERROR.test(text) ? `answers ${status} with an error of the file system` : undefined;
}

const shortened = (name: string): string => (name.length > 40 ? `${name.slice(0, 20)}…` : name);

/** Returns one finding per folder and kind of wrong answer, with the names that cause it. */
async function attack(target: Target, login: string): Promise<Finding[]> {
  const byKind = new Map<string, { folder: string; names: string[] }>();
  for (const folder of FOLDERS) {
    for (const name of NAMES) {
      const bytes = `GET ${folder}/${name} HTTP/1.1\r\nHost: x\r\n${login}\r\nConnection: close\r\n\r\n`;
      const wrong = wrongWith(folder, await sendRaw(target.url, bytes));
      if (wrong === undefined) continue;
      const found = byKind.get(`${folder}/ ${wrong}`) ?? { folder, names: [] };
      byKind.set(`${folder}/ ${wrong}`, { folder, names: [...found.names, name] });
    }
  }
  return [...byKind].map(([what, { folder, names }]) => ({
    what: `${what}, to ${names.length} names: ${names.map(shortened).join('  ')}`,
    reproduce: `curl -i --path-as-is -u ${ADMIN.email}:${ADMIN.password} ${quoted(`${target.url}${folder}/${names[0]}`)}`,
  }));
}

/** Makes sure that each folder serves files to an admin. Otherwise an attack without findings would prove nothing. */
async function assertServed(target: Target, login: string): Promise<void> {
  const fetchPage = async (path: string): Promise<string> => {
    const bytes = `GET ${path} HTTP/1.1\r\nHost: x\r\n${login}\r\nConnection: close\r\n\r\n`;
    const { status, body } = await sendRaw(target.url, bytes);
    if (status !== 200) throw new Error(`An admin does not see ${path}: ${status}`);
    return String(body);
  };
  await fetchPage('/api/docs/swagger-ui.css');
  await fetchPage('/admin/queues/api/queues');
  const asset = /\bstatic\/[^"]+\.(?:js|css)/.exec(await fetchPage('/admin/queues/'))?.[0];
  if (asset === undefined) throw new Error('The page of the dashboard names no static files.');
  await fetchPage(`/admin/queues/${asset}`);
}

/** Requests files outside the folders of the pages, as an admin because the dashboard's guard admits no one else. */
export const files: Attack = {
  name: 'files',
  about:
    'names that lead out of the folders of the pages, or that no file can have, with the password of an admin',
  async run(target) {
    const credentials = Buffer.from(`${ADMIN.email}:${ADMIN.password}`).toString('base64');
    const login = `Authorization: Basic ${credentials}`;
    await assertServed(target, login);
    const findings = await attack(target, login);
    return { tried: FOLDERS.length * NAMES.length, findings };
  },
};
