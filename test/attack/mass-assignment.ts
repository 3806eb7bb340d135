import type { Operation } from '../support/openapi.js';
import type { Attack, Finding } from './attack.js';
import type { Target } from './target.js';

/** Fields that nobody is asked for, and that a careless service would take. */
const FIELDS: Readonly<Record<string, unknown>> = {
  id: 1,
  role: 'admin',
  user_id: 1,
  userId: 1,
  account_id: 1,
  status: 'cancelled',
  version: 99,
  sessionVersion: 0,
  session_version: 0,
  passwordHash: 'x',
  password_hash: 'x',
  is_admin: true,
  isAdmin: true,
  verified_at: '2020-01-01',
  disabledAt: null,
  created_at: '2020-01-01',
  uid: 'x',
  day_version: 1,
  __proto__x: { role: 'admin' },
  constructor: { prototype: { role: 'admin' } },
  'user.role': 'admin',
  'role[]': 'admin',
};

/** A checksum of every table. */
async function state({ database }: Target): Promise<string> {
  const [tables] = await database.query('SHOW TABLES');
  const names = (tables as Record<string, string>[]).map((row) => `\`${Object.values(row)[0]}\``);
  const [sums] = await database.query(`CHECKSUM TABLE ${names.join(', ')}`);
  return JSON.stringify(sums);
}

async function tokenFor({ path, security }: Operation, target: Target): Promise<string | undefined> {
  if (!security) return undefined;
  if (/^\/api\/(users|doctors|notifications|audit)/.test(path)) return (await target.admin()).token;
  if (/^\/api\/(availability|exceptions)/.test(path)) return (await target.doctor()).token;
  return (await target.patient()).token;
}

/** Sends what an operation asks for, and one field more. */
export const massAssignment: Attack = {
  name: 'mass-assignment',
  about: 'fields that nobody asked for, in every body',
  async run(target) {
    const findings: Finding[] = [];
    let tried = 0;
    for (const operation of target.document.operations.filter(({ requestBody }) => requestBody)) {
      const token = await tokenFor(operation, target);
      const schema = operation.requestBody!.content['application/json']!.schema!;
      const asked = target.document.example(schema) as Record<string, unknown>;
      const known = Object.keys(target.document.resolve(schema).properties ?? {});
      const path = operation.path.replace(/\{\w+\}/, '1');
      for (const [field, value] of Object.entries(FIELDS)) {
        if (known.includes(field)) continue;
        const before = await state(target);
        const body = { ...asked, [field]: value };
        const { status } = await target.client.send(operation.method, path, { token, body });
        tried += 1;
        if (status === 400 && (await state(target)) === before) continue;
        findings.push({
          what: `${operation.name} answers ${status} to a body with ${field}`,
          repeat: `curl -i -X ${operation.method} ${target.url}${path} -H 'content-type: application/json' -d '${JSON.stringify(body)}'`,
        });
      }
    }
    return { tried, findings };
  },
};
