import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack, Finding } from './attack.js';
import { ADMIN, type Target } from './target.js';
import { notInstalled, runTool } from './tool.js';

// All modules except those that contact the internet.
const MODULES =
  'backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';
const MAX_SECONDS = 150;

/** The pages, each with URLs that only its script requests, because the scanner runs no scripts. */
const PAGES: readonly (readonly [string, readonly string[]])[] = [
  ['/api/docs', ['/api/docs/?url=x&configUrl=x', '/api/docs-json?x=1']],
  [
    '/admin/queues',
    [
      '/admin/queues/api/queues?activeQueue=notifications&status=latest&page=1&jobsPerPage=10',
      '/admin/queues/api/redis/stats?x=1',
      '/admin/queues/api/queues/notifications/1?x=1',
      '/admin/queues/api/metrics/history?queueName=notifications',
    ],
  ],
];

/** The page behind the password. */
const PROTECTED_PAGE = PAGES[1]!;

/** In wapiti's notation. */
const LOGIN = `${ADMIN.email}%${ADMIN.password}`;

type FindingsByCategory = Record<string, { info: string; curl_command: string }[]>;
type Report = { readonly vulnerabilities: FindingsByCategory; readonly anomalies: FindingsByCategory };

/** Not a finding: browsers no longer support this header, and OWASP advises against it. */
const IGNORED = /^X-XSS-Protection is not set$/;

interface Scan {
  readonly urls: number;
  readonly findings: readonly Finding[];
}

/** The arguments of every run. */
function argumentsFor(target: Target, [page, more]: (typeof PAGES)[number]): string[] {
  const { dir } = target.settings;
  const urls = [page, ...more].flatMap((path, at) => [at === 0 ? '-u' : '-s', `${target.url}${path}`]);
  return [
    ...[...urls, '--scope', 'folder', '--flush-session', '--no-bugreport', '-d', '3'],
    ...['--store-session', dir, '--store-config', dir, '--max-scan-time', String(MAX_SECONDS), '-f', 'json'],
  ];
}

/** Runs wapiti and returns the number of URLs that it found; undefined if it is not installed. */
async function countUrls(target: Target, args: readonly string[]): Promise<number | undefined> {
  const { dir } = target.settings;
  // Without this file, wapiti would download it, even if the module that reads it is not used.
  writeFileSync(join(dir, 'apps.json'), '{"apps": {}, "technologies": {}, "categories": {}}');
  const printed = await runTool('wapiti', args, target, MAX_SECONDS + 60);
  if (printed === undefined) return undefined;
  const urls = Number(/Wapiti found (\d+) URLs/.exec(printed)?.[1] ?? 0);
  if (urls === 0) throw new Error(`wapiti scanned nothing: ${printed.slice(-1_000)}`);
  return urls;
}

/** Makes sure that the password opens the page: otherwise the scanner would see nothing but refusals. */
async function assertPasswordWorks({ client }: Target): Promise<void> {
  const authorization = `Basic ${Buffer.from(LOGIN.replace('%', ':')).toString('base64')}`;
  const path = `${PROTECTED_PAGE[0]}/`;
  const { status: withPassword } = await client.get(path, { headers: { authorization } });
  const { status: without } = await client.get(path);
  if (withPassword !== 200 || without !== 401)
    throw new Error(`${path} answers ${withPassword} to an admin, and ${without} without a password`);
}

/** Counts the URLs that wapiti finds without the password; runs no attack modules. */
function countPublicUrls(target: Target): Promise<number | undefined> {
  const out = join(target.settings.dir, 'wapiti-stranger.json');
  return countUrls(target, [...argumentsFor(target, PROTECTED_PAGE), '-m', '', '-o', out]);
}

async function scan(target: Target, page: (typeof PAGES)[number]): Promise<Scan | undefined> {
  const out = join(target.settings.dir, `wapiti${page[0].replaceAll('/', '-')}.json`);
  const login = ['-a', LOGIN, '--auth-type', 'basic'];
  const urls = await countUrls(target, [...argumentsFor(target, page), ...login, '-m', MODULES, '-o', out]);
  if (urls === undefined) return undefined;
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(out, 'utf8')) as Report;
  const findings = [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(
    ([category, found]) =>
      found
        .filter(({ info }) => !IGNORED.test(info))
        .map(({ info, curl_command: reproduce }) => ({
          what: `${page[0]}: ${category}: ${info}`,
          reproduce,
        })),
  );
  return { urls, findings };
}

/** Scans the pages with an admin's password. */
export const wapiti: Attack = {
  name: 'wapiti',
  about: 'the pages, Swagger UI and dashboard, with the password of an admin',
  async run(target) {
    await assertPasswordWorks(target);
    const publicUrls = await countPublicUrls(target);
    const scans: Scan[] = [];
    for (const page of PAGES) {
      const scanned = await scan(target, page);
      if (!scanned) return notInstalled('wapiti');
      // Wapiti got the password, but may not have used it.
      if (page === PROTECTED_PAGE && scanned.urls <= publicUrls!)
        throw new Error(`wapiti found ${scanned.urls} addresses with the password, ${publicUrls} without`);
      scans.push(scanned);
    }
    const tried = scans.reduce((sum, { urls }) => sum + urls, 0);
    return { tried, findings: scans.flatMap(({ findings }) => findings), note: 'tried: addresses' };
  },
};
