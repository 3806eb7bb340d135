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

type Noted = Record<string, { info: string; curl_command: string }[]>;
type Report = { readonly vulnerabilities: Noted; readonly anomalies: Noted };

/** The header that browsers have forgotten, and that did harm while they knew it: OWASP has it off. */
const NO_FINDING = /^X-XSS-Protection is not set$/;

interface Scan {
  readonly urls: number;
  readonly findings: readonly Finding[];
}

function argumentsFor(target: Target, [page, more]: (typeof PAGES)[number], out: string): string[] {
  const { dir } = target.settings;
  const where = [page, ...more].flatMap((path, at) => [at === 0 ? '-u' : '-s', `${target.url}${path}`]);
  return [
    ...[...where, '--scope', 'folder', '-m', MODULES, '--flush-session', '--no-bugreport'],
    ...['--store-session', dir, '--store-config', dir],
    ...['-a', `${ADMIN.email}%${ADMIN.password}`, '--auth-type', 'basic'],
    ...['--max-scan-time', String(AT_MOST_SECONDS), '-d', '3', '-f', 'json', '-o', out],
  ];
}

async function scan(target: Target, page: (typeof PAGES)[number]): Promise<Scan | undefined> {
  const { dir } = target.settings;
  const out = join(dir, `wapiti${page[0].replaceAll('/', '-')}.json`);
  // It fetches this list from the internet where there is none, also where nobody asked for the module that reads it.
  writeFileSync(join(dir, 'apps.json'), '{"apps": {}, "technologies": {}, "categories": {}}');
  const printed = await runTool('wapiti', argumentsFor(target, page, out), target, AT_MOST_SECONDS + 60);
  if (printed === undefined) return undefined;
  const urls = Number(/Wapiti found (\d+) URLs/.exec(printed)?.[1] ?? 0);
  // It was told of so many, and there are scripts beside them.
  if (urls <= page[1].length + 1)
    throw new Error(`wapiti scanned ${urls} addresses, and was told of more: ${printed.slice(-1_000)}`);
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
    const scans: Scan[] = [];
    for (const page of PAGES) {
      const scanned = await scan(target, page);
      if (!scanned) return notThere('wapiti');
      scans.push(scanned);
    }
    const tried = scans.reduce((sum, { urls }) => sum + urls, 0);
    return { tried, findings: scans.flatMap(({ findings }) => findings), note: 'tried: addresses' };
  },
};
