import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack, Finding } from './attack.js';
import { type MarkedRequest, markedRequests, textOf, unmarked } from './marked-request.js';
import { quoted } from './shell.js';
import type { Role, Target } from './target.js';
import { notInstalled, runTool } from './tool.js';

/** What sqlmap prints once it has tried everything. */
const TESTED = /all tested parameters do not appear to be injectable|injection point/;
const ENDED = '[*] ending';
/** What sqlmap prints at the end, after it has ruled out false positives. */
const INJECTABLE = /identified the following injection point|resumed the following injection point/;

/** The time limit per request file, with all its parameters. */
const MAX_SECONDS = 90;
/** The time limit for all requests; the note says how many parameters were left out. */
const MAX_TOTAL_SECONDS = 480;
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const OPTIONS = [
  ...['--batch', '--ignore-stdin', '--flush-session', '--disable-coloring', '--timeout', '10'],
  ...['--level', '2', '--risk', '1', '--dbms', 'mysql', '--threads', '4', '--ignore-code', '*'],
];

/** A request and the file from which sqlmap reads it. */
interface RequestFile {
  readonly request: MarkedRequest;
  readonly text: string;
  readonly file: string;
}

/** The status of the unmarked request. A refusal for the role means that sqlmap would not reach the code behind it. */
async function statusOf(target: Target, request: MarkedRequest, token: string): Promise<number> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, unmarked(value)]),
  );
  const path = unmarked(request.path);
  const body = request.body === undefined ? undefined : unmarked(request.body);
  const { status } = await target.client.send(request.operation.method, path, { token, headers, body });
  return status;
}

/** Writes files for a patient's token and, if patients are refused, for the first role that is not. */
async function writeRequestFiles(
  target: Target,
  request: MarkedRequest,
  index: number,
): Promise<RequestFile[]> {
  const files: RequestFile[] = [];
  for (const role of ['user', 'doctor', 'staff', 'admin'] satisfies Role[]) {
    const { token } = await target.newcomer(role);
    const refused = (await statusOf(target, request, token)) === 403;
    if (refused && role !== 'user') continue;
    // Some requests revoke their own token.
    const fresh = await target.newcomer(role);
    // A fixed id, because sqlmap compares answers, and generated ids would make all of them differ.
    const sent = { Authorization: `Bearer ${fresh.token}`, 'X-Request-Id': REQUEST_ID, ...request.headers };
    const file = join(target.settings.dir, 'requests', `${index}-${role}.txt`);
    const text = textOf({ ...request, headers: { Host: new URL(target.url).host, ...sent } });
    writeFileSync(file, text);
    files.push({ request, text, file });
    if (!refused) break;
  }
  return files;
}

function findingsOf({ request, text }: RequestFile, printed: string): Finding[] {
  if (!INJECTABLE.test(printed)) return [];
  const points = /---\n[\s\S]*?\n---/.exec(printed)?.[0] ?? printed.slice(-1_000);
  const reproduce = `printf %s ${quoted(text)} > request.txt; sqlmap -r request.txt ${OPTIONS.join(' ')}`;
  return [{ what: `${request.operation.name}: ${points}`, reproduce }];
}

/** The output of sqlmap for a request; undefined if it is not installed. */
async function tamper(target: Target, { request, file }: RequestFile): Promise<string | undefined> {
  const args = ['-r', file, '--output-dir', join(target.settings.dir, 'sqlmap'), ...OPTIONS];
  const printed = await runTool('sqlmap', args, target, MAX_SECONDS);
  if (printed?.includes(ENDED) && !TESTED.test(printed))
    throw new Error(`sqlmap did not test ${request.operation.name}: ${printed.slice(-2_000)}`);
  return printed;
}

/** Tampers with every parameter of every operation. */
export const sqlmap: Attack = {
  name: 'sqlmap',
  about:
    "every path, query, header and body parameter of the API document, with a patient's token, and with one that is let in",
  async run(target) {
    const { dir } = target.settings;
    mkdirSync(join(dir, 'requests'), { recursive: true });
    const findings: Finding[] = [];
    const requests = target.document.operations.flatMap((one) => markedRequests(one, target.document));
    const until = performance.now() + MAX_TOTAL_SECONDS * 1000;
    let [tried, cut, left] = [0, 0, 0];
    for (const [index, request] of requests.entries()) {
      if (performance.now() > until) {
        left += request.marks;
        continue;
      }
      for (const requestFile of await writeRequestFiles(target, request, index)) {
        const printed = await tamper(target, requestFile);
        if (printed === undefined) return notInstalled('sqlmap');
        findings.push(...findingsOf(requestFile, printed));
        if (printed.includes(ENDED)) tried += request.marks;
        else cut += request.marks;
      }
    }
    if (tried === 0) throw new Error('sqlmap tested nothing to the end');
    const note = `tried: parameters, to the end; ${cut} more cut short after ${MAX_SECONDS} s, ${left} not begun after ${MAX_TOTAL_SECONDS} s`;
    return { tried, findings, note };
  },
};
