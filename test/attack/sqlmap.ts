import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../support/openapi.js';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';
import { notThere, runTool } from './tool.js';

/** What it says once it has tried everything. */
const TESTED = /all tested parameters do not appear to be injectable|injection point/;

/** For one operation, with all its parameters. */
const AT_MOST_SECONDS = 90;

/** The request as the document shows it, with a mark behind each value that is to be tampered with. */
function marked(target: Target, operation: Operation, token: string): { text: string; marks: number } {
  let marks = 0;
  const mark = (value: unknown): string => {
    marks += 1;
    return `${String(value)}*`;
  };
  const given = (where: string) => (operation.parameters ?? []).filter((parameter) => parameter.in === where);
  const path = operation.path.replace(/\{\w+\}/g, () => mark(1));
  const query = given('query')
    .map(({ name, example, schema }) => `${name}=${mark(example ?? schema?.example ?? '1')}`)
    .join('&');
  const headers = given('header').map(({ name }) => `${name}: ${mark('a-key')}`);
  const body = operation.requestBody?.content['application/json']?.schema;
  const fields = body && Object.entries(target.document.example(body) as Record<string, unknown>);
  const json = fields && `{${fields.map(([name, value]) => `"${name}": "${mark(value)}"`).join(', ')}}`;
  const lines = [
    `${operation.method} ${path}${query && `?${query}`} HTTP/1.1`,
    `Host: ${new URL(target.url).host}`,
    `Authorization: Bearer ${token}`,
    ...headers,
    ...(json === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${json.length}`]),
  ];
  return { text: `${lines.join('\r\n')}\r\n\r\n${json ?? ''}`, marks };
}

async function attack(target: Target, file: string): Promise<string | undefined> {
  const out = join(target.settings.dir, 'sqlmap');
  const how = [
    '--batch',
    '--ignore-stdin',
    '--level',
    '2',
    '--risk',
    '1',
    '--dbms',
    'mysql',
    '--threads',
    '4',
    '--ignore-code',
    '*',
  ];
  const where = ['-r', file, '--flush-session', '--output-dir', out, '--disable-coloring', '--timeout', '10'];
  return runTool('sqlmap', [...where, ...how], target, AT_MOST_SECONDS);
}

/** Every parameter of every operation, with a patient's token. */
export const sqlmap: Attack = {
  name: 'sqlmap',
  about: "every path, query, header and body parameter of the API document, with a patient's token",
  async run(target) {
    const folder = join(target.settings.dir, 'requests');
    mkdirSync(folder, { recursive: true });
    const findings: Finding[] = [];
    let [tried, cut] = [0, 0];
    for (const [index, operation] of target.document.operations.entries()) {
      const { token } = await target.newcomer('user');
      const { text, marks } = marked(target, operation, token);
      if (marks === 0) continue;
      const file = join(folder, `${index}.txt`);
      writeFileSync(file, text);
      const printed = await attack(target, file);
      if (printed === undefined) return notThere('sqlmap');
      tried += marks;
      if (!printed.includes('[*] ending')) cut += 1;
      else if (!TESTED.test(printed)) throw new Error(`sqlmap did not test ${operation.name}: ${printed}`);
      if (!/identified the following injection point|is vulnerable/.test(printed)) continue;
      findings.push({
        what: `${operation.name}: ${printed.split('\n').slice(-20).join(' ')}`,
        repeat: `sqlmap -r <(printf '${text}')`,
      });
    }
    return {
      tried,
      findings,
      note: `tried: parameters; ${cut} operations cut short after ${AT_MOST_SECONDS} s`,
    };
  },
};
