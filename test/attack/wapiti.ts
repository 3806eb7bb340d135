import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';
import { notThere, runTool } from './tool.js';

// All but those that ask somebody on the internet.
const MODULES =
  'backup,blindsql,cookieflags,crlf,csp,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss';
const PAGES = ['/api/docs', '/admin/queues'];
const AT_MOST_SECONDS = 150;

type Report = { readonly vulnerabilities: Record<string, { info: string; curl_command: string }[]> };

/** The header that browsers have forgotten, and that did harm while they knew it: OWASP has it off. */
const NO_FINDING = /^X-XSS-Protection is not set$/;

interface Scan {
  readonly urls: number;
  readonly findings: readonly Finding[];
}

async function scan(target: Target, page: string): Promise<Scan | undefined> {
  const out = join(target.settings.dir, `wapiti${page.replaceAll('/', '-')}.json`);
  const args = [
    '-u',
    `${target.url}${page}`,
    '--scope',
    'folder',
    '-m',
    MODULES,
    '--flush-session',
    '--no-bugreport',
  ];
  const session = ['--store-session', target.settings.dir, '--store-config', target.settings.dir];
  const admin = ['-a', 'admin@clinica.example%demo-admin-password', '--auth-type', 'basic'];
  const limits = ['--max-scan-time', String(AT_MOST_SECONDS), '-d', '3', '-f', 'json', '-o', out];
  const printed = await runTool(
    'wapiti',
    [...args, ...session, ...admin, ...limits],
    target,
    AT_MOST_SECONDS + 60,
  );
  if (printed === undefined) return undefined;
  const { vulnerabilities } = JSON.parse(readFileSync(out, 'utf8')) as Report;
  const findings = Object.entries(vulnerabilities).flatMap(([category, found]) =>
    found
      .filter(({ info }) => !NO_FINDING.test(info))
      .map(({ info, curl_command: repeat }) => ({ what: `${page}: ${category}: ${info}`, repeat })),
  );
  return { urls: Number(/Wapiti found (\d+) URLs/.exec(printed)?.[1] ?? 0), findings };
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
