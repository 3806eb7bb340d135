import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attack, Finding } from './attack.js';
import { type MarkedRequest, markedRequests, textOf, unmarked } from './marked-request.js';
import { quoted } from './shell.js';
import type { Role, Target } from './target.js';
import { notThere, runTool } from './tool.js';

/** What it says once it has tried everything. */
const TESTED = /all tested parameters do not appear to be injectable|injection point/;
const ENDED = '[*] ending';
/** Its last word, after it has ruled out what it took for one at first. */
const INJECTABLE = /identified the following injection point|resumed the following injection point/;

/** For one operation, with all its parameters. */
const AT_MOST_SECONDS = 90;
/** For all of them: what it had no time for is told. */
const ALL_AT_MOST_SECONDS = 480;
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';
const HOW = [
  ...['--batch', '--ignore-stdin', '--flush-session', '--disable-coloring', '--timeout', '10'],
  ...['--level', '2', '--risk', '1', '--dbms', 'mysql', '--threads', '4', '--ignore-code', '*'],
];

/** A request, and the file that sqlmap reads it from. */
interface Filed {
  readonly request: MarkedRequest;
  readonly text: string;
  readonly file: string;
}

/** Answers to the request as the document shows it; a refusal for the role means that nothing behind it is reached. */
async function statusOf(target: Target, request: MarkedRequest, token: string): Promise<number> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, unmarked(value)]),
  );
  const path = unmarked(request.path);
  const body = request.body === undefined ? undefined : unmarked(request.body);
  const { status } = await target.client.send(request.operation.method, path, { token, headers, body });
  return status;
}

/** By a patient, and by somebody who is let in where a patient is not. */
async function filed(target: Target, request: MarkedRequest, index: number): Promise<Filed[]> {
  const files: Filed[] = [];
  for (const role of ['user', 'doctor', 'admin'] satisfies Role[]) {
    const { token } = await target.newcomer(role);
    const refused = (await statusOf(target, request, token)) === 403;
    if (refused && role !== 'user') continue;
    // Some requests end the token that they came with.
    const fresh = await target.newcomer(role);
    // With an id of its own, each answer would differ, and none be told from another.
    const sent = { Authorization: `Bearer ${fresh.token}`, 'X-Request-Id': REQUEST_ID, ...request.headers };
    const file = join(target.settings.dir, 'requests', `${index}-${role}.txt`);
    const text = textOf({ ...request, headers: { Host: new URL(target.url).host, ...sent } });
    writeFileSync(file, text);
    files.push({ request, text, file });
    if (!refused) break;
  }
  return files;
}

function findingOf({ request, text }: Filed, printed: string): Finding[] {
  if (!INJECTABLE.test(printed)) return [];
  const points = /---\n[\s\S]*?\n---/.exec(printed)?.[0] ?? printed.slice(-1_000);
  const repeat = `printf %s ${quoted(text)} > request.txt; sqlmap -r request.txt ${HOW.join(' ')}`;
  return [{ what: `${request.operation.name}: ${points}`, repeat }];
}

/** What sqlmap printed about a request; undefined where there is none. */
async function tamper(target: Target, { request, file }: Filed): Promise<string | undefined> {
  const args = ['-r', file, '--output-dir', join(target.settings.dir, 'sqlmap'), ...HOW];
  const printed = await runTool('sqlmap', args, target, AT_MOST_SECONDS);
  if (printed?.includes(ENDED) && !TESTED.test(printed))
    throw new Error(`sqlmap did not test ${request.operation.name}: ${printed.slice(-2_000)}`);
  return printed;
}

/** Every parameter of every operation, with a patient's token. */
export const sqlmap: Attack = {
  name: 'sqlmap',
  about:
    "every path, query, header and body parameter of the API document, with a patient's token, and with one that is let in",
  async run(target) {
    const { dir } = target.settings;
    mkdirSync(join(dir, 'requests'), { recursive: true });
    const findings: Finding[] = [];
    const requests = target.document.operations.flatMap((one) => markedRequests(one, target.document));
    const until = performance.now() + ALL_AT_MOST_SECONDS * 1000;
    let [tried, cut, left] = [0, 0, 0];
    for (const [index, request] of requests.entries()) {
      if (performance.now() > until) {
        left += request.marks;
        continue;
      }
      for (const one of await filed(target, request, index)) {
        const printed = await tamper(target, one);
        if (printed === undefined) return notThere('sqlmap');
        findings.push(...findingOf(one, printed));
        if (printed.includes(ENDED)) tried += request.marks;
        else cut += request.marks;
      }
    }
    if (tried === 0) throw new Error('sqlmap tested nothing to the end');
    const note = `tried: parameters, to the end; ${cut} more cut short after ${AT_MOST_SECONDS} s, ${left} not begun after ${ALL_AT_MOST_SECONDS} s`;
    return { tried, findings, note };
  },
};
