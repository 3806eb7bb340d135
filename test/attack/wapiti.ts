import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack, Finding } from './attack.js';
import { ADMIN, type Target } from './target.js';
import { notThere, runTool } from './tool.js';

// All but those that ask somebody on the internet.
const MODULES =
  'backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';
const AT_MOST_SECONDS = 150;

/** The pages, each with addresses that only its script asks for: the scanner runs none. */
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

/** What is behind the password. */
const BEHIND = PAGES[1]!;

/** As wapiti takes it. */
const LOGIN = `${ADMIN.email}%${ADMIN.password}`;

type Noted = Record<string, { info: string; curl_command: string }[]>;
type Report = { readonly vulnerabilities: Noted; readonly anomalies: Noted };

/** The header that browsers have forgotten, and that did harm while they knew it: OWASP has it off. */
const NO_FINDING = /^X-XSS-Protection is not set$/;

interface Scan {
  readonly urls: number;
  readonly findings: readonly Finding[];
}

/** What wapiti is told in any case. */
function argumentsFor(target: Target, [page, more]: (typeof PAGES)[number]): string[] {
  const { dir } = target.settings;
  const where = [page, ...more].flatMap((path, at) => [at === 0 ? '-u' : '-s', `${target.url}${path}`]);
  return [
    ...[...where, '--scope', 'folder', '--flush-session', '--no-bugreport', '-d', '3'],
    ...[
      '--store-session',
      dir,
      '--store-config',
      dir,
      '--max-scan-time',
      String(AT_MOST_SECONDS),
      '-f',
      'json',
    ],
  ];
}

/** Runs it; answers with how many addresses it found. Undefined where there is none. */
async function urlsFound(target: Target, args: readonly string[]): Promise<number | undefined> {
  const { dir } = target.settings;
  // It fetches this list from the internet where there is none, also where nobody asked for the module that reads it.
  writeFileSync(join(dir, 'apps.json'), '{"apps": {}, "technologies": {}, "categories": {}}');
  const printed = await runTool('wapiti', args, target, AT_MOST_SECONDS + 60);
  if (printed === undefined) return undefined;
  const urls = Number(/Wapiti found (\d+) URLs/.exec(printed)?.[1] ?? 0);
  if (urls === 0) throw new Error(`wapiti scanned nothing: ${printed.slice(-1_000)}`);
  return urls;
}

/** The password must open what a stranger is refused: a scanner that is not let in scans refusals, and finds nothing. */
async function control({ client }: Target): Promise<void> {
  const authorization = `Basic ${Buffer.from(LOGIN.replace('%', ':')).toString('base64')}`;
  const path = `${BEHIND[0]}/`;
  const { status: seen } = await client.get(path, { headers: { authorization } });
  const { status: refused } = await client.get(path);
  if (seen !== 200 || refused !== 401)
    throw new Error(`${path} answers ${seen} to an admin, and ${refused} to a stranger`);
}

/** What somebody without a password finds behind it, without attacking it. */
function urlsForStrangers(target: Target): Promise<number | undefined> {
  const out = join(target.settings.dir, 'wapiti-stranger.json');
  return urlsFound(target, [...argumentsFor(target, BEHIND), '-m', '', '-o', out]);
}

async function scan(target: Target, page: (typeof PAGES)[number]): Promise<Scan | undefined> {
  const out = join(target.settings.dir, `wapiti${page[0].replaceAll('/', '-')}.json`);
  const login = ['-a', LOGIN, '--auth-type', 'basic'];
  const urls = await urlsFound(target, [...argumentsFor(target, page), ...login, '-m', MODULES, '-o', out]);
  if (urls === undefined) return undefined;
  const { vulnerabilities, anomalies } = JSON.parse(readFileSync(out, 'utf8')) as Report;
  const findings = [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(
    ([category, found]) =>
      found
        .filter(({ info }) => !NO_FINDING.test(info))
        .map(({ info, curl_command: repeat }) => ({ what: `${page[0]}: ${category}: ${info}`, repeat })),
  );
  return { urls, findings };
}

/** A scanner of pages, with an admin's password. */
export const wapiti: Attack = {
  name: 'wapiti',
  about: 'the pages, Swagger UI and dashboard, with the password of an admin',
  async run(target) {
    await control(target);
    const strangers = await urlsForStrangers(target);
    const scans: Scan[] = [];
    for (const page of PAGES) {
      const scanned = await scan(target, page);
      if (!scanned) return notThere('wapiti');
      // That it was told the password does not mean that it used it.
      if (page === BEHIND && scanned.urls <= strangers!)
        throw new Error(`wapiti found ${scanned.urls} addresses with a password, ${strangers} without`);
      scans.push(scanned);
    }
    const tried = scans.reduce((sum, { urls }) => sum + urls, 0);
    return { tried, findings: scans.flatMap(({ findings }) => findings), note: 'tried: addresses' };
  },
};
