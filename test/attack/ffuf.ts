import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack } from './attack.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';
import { notInstalled, runTool } from './tool.js';

/** Paths that are public. */
const PUBLIC = /^\/(health\/(live|ready)|api\/docs([-/].*)?|api\/doctors\/public|api\/availability\/\d+)\/?$/;
const REFUSED = '400,401,403,404,405';

const FILES = [
  ...['.env', '.env.example', '.git/HEAD', '.git/config', '.npmrc', '.DS_Store', '.htaccess', '.svn/entries'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'Dockerfile', 'docker-compose.yml'],
  ...['dist/main.js', 'src/main.ts', 'node_modules/nodemailer/package.json', 'server.js', 'main.js.map'],
  ...[
    'backup',
    'backup.sql',
    'dump.sql',
    'db.sqlite',
    'database.sql.gz',
    'clinica.sql',
    'logs',
    'log.txt',
    'tmp',
  ],
  ...[
    'admin',
    'admin/',
    'admin/queues',
    'admin/queue',
    'administrator',
    'queues',
    'bull',
    'dashboard',
    'arena',
  ],
  ...[
    'debug',
    'metrics',
    'status',
    'server-status',
    'actuator',
    'actuator/env',
    'healthz',
    'info',
    'console',
  ],
  ...[
    'graphql',
    'swagger',
    'swagger.json',
    'openapi.json',
    'v1',
    'v2',
    'api',
    'api/v1',
    'api/v2',
    'api/internal',
  ],
  ...['phpinfo.php', 'wp-login.php', 'cgi-bin/', 'robots.txt', 'sitemap.xml', '.well-known/security.txt'],
];
const RESOURCES = [
  'users',
  'accounts',
  'account',
  'auth',
  'bookings',
  'doctors',
  'patients',
  'exceptions',
  'availability',
];
const GUESSED_RESOURCES = [
  'notifications',
  'integrity',
  'audit',
  'sessions',
  'tokens',
  'export',
  'me',
  'all',
  'list',
  'search',
];
const SUFFIXES = [
  '',
  '/',
  '/1',
  '/0',
  '/-1',
  '/me',
  '/all',
  '/public',
  '/export',
  '.json',
  '.bak',
  '~',
  '.old',
  '%00',
];

function wordList(documented: readonly string[]): string[] {
  const api = [...RESOURCES, ...GUESSED_RESOURCES].flatMap((name) =>
    SUFFIXES.map((suffix) => `api/${name}${suffix}`),
  );
  const odd = documented.flatMap((path) => {
    const plain = path.slice(1).replace(/\{\w+\}/g, '1');
    return [
      plain,
      plain.toUpperCase(),
      `${plain}/`,
      `${plain}/..`,
      `${plain}%2f`,
      `./${plain}`,
      `${plain}.json`,
      `${plain};x`,
    ];
  });
  return [...new Set([...FILES, ...api, ...odd])];
}

interface Hit {
  readonly url: string;
  readonly status: number;
}

/** The paths that answered; undefined if ffuf is not installed. */
async function hits(target: Target, list: readonly string[]): Promise<Hit[] | undefined> {
  const { dir } = target.settings;
  const [file, out] = [join(dir, 'words.txt'), join(dir, 'ffuf.json')];
  writeFileSync(file, list.join('\n'));
  const what = ['-w', file, '-u', `${target.url}/FUZZ`, '-mc', 'all', '-fc', REFUSED];
  const printed = await runTool('ffuf', [...what, '-t', '8', '-s', '-of', 'json', '-o', out], target, 120);
  if (printed === undefined) return undefined;
  const { results } = JSON.parse(readFileSync(out, 'utf8')) as { results: Hit[] };
  for (const known of ['health/live', 'api/doctors/public']) {
    const isFound = results.some(({ url }) => url.endsWith(`/${known}`));
    if (!isFound) throw new Error(`ffuf does not even see ${known}: ${printed.slice(-1_000)}`);
  }
  return results;
}

/** Searches, without a token, for paths that answer and should not. */
export const ffuf: Attack = {
  name: 'ffuf',
  about: 'undocumented paths: files, backups, consoles, spellings of routes',
  async run(target) {
    const list = wordList(target.document.operations.map(({ path }) => path));
    const answered = await hits(target, list);
    if (!answered) return notInstalled('ffuf');
    const findings = answered
      .filter(({ url }) => !PUBLIC.test(new URL(url).pathname))
      .map(({ url, status }) => ({
        what: `${url} answers ${status}`,
        reproduce: `curl -i --path-as-is ${quoted(url)}`,
      }));
    return { tried: list.length, findings };
  },
};
