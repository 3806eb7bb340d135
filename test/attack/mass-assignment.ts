import { changedTables, databaseState } from '../support/database-state.js';
import type { Operation } from '../support/openapi.js';
import type { Attack, Finding } from './attack.js';
import { quoted } from './shell.js';
import type { Target } from './target.js';

/** Names and JSON values of fields that no operation asks for, and that a careless service would accept. */
const FIELDS: readonly (readonly [string, string])[] = [
  ['id', '1'],
  ['role', '"admin"'],
  ...['user_id', 'userId', 'account_id', 'patient_id', 'doctorId'].map((name) => [name, '1'] as const),
  ['status', '"cancelled"'],
  ['state', '"sent"'],
  ...['version', 'ver', 'day_version', 'session_version', 'sessionVersion'].map(
    (name) => [name, '99'] as const,
  ),
  ['email', '"another@people.example"'],
  ['email_lower', '"another@people.example"'],
  ['password', '"another long password"'],
  ...['password_hash', 'passwordHash', 'uid', 'token', 'secondFactor', 'second_factor_step'].map(
    (name) => [name, '"x"'] as const,
  ),
  ...['disabled', 'is_admin', 'isAdmin', 'admin', 'verified', 'is_public', 'second_factor'].map(
    (name) => [name, 'true'] as const,
  ),
  ['disabledAt', 'null'],
  ...['created_at', 'createdAt', 'updated_at', 'cancelled_at', 'verified_at', 'starts_at'].map(
    (name) => [name, '"2020-01-01T00:00:00Z"'] as const,
  ),
  ['__proto__', '{"role": "admin"}'],
  ['constructor', '{"prototype": {"role": "admin"}}'],
  ['toString', '"x"'],
  ['user.role', '"admin"'],
  ['role[]', '"admin"'],
  ['Role', '"admin"'],
  ['', '1'],
];

function stateOf({ database }: Target): Promise<Record<string, string>> {
  return databaseState({
    query: async <Row>(sql: string, parameters: unknown[] = []) =>
      (await database.query(sql, parameters))[0] as Row[],
  });
}

/** A token of the first role that may use the operation; bodies of other roles are refused unread. */
async function tokenFor(target: Target, { method, path, security }: Operation): Promise<string | undefined> {
  if (security.length === 0) return undefined;
  for (const role of ['user', 'doctor', 'staff', 'admin'] as const) {
    const { token } = await target.newcomer(role);
    const { status } = await target.client.send(method, path, { token, body: {} });
    if (status !== 403) return token;
  }
  throw new Error(`No role may ${method} ${path}.`);
}

interface Case {
  readonly operation: Operation;
  readonly token: string | undefined;
  readonly body: string;
  readonly field: string;
}

/** Sends a body. It must be refused because of the additional field, and nothing may change. */
async function tryField(target: Target, { operation, token, body, field }: Case): Promise<Finding[]> {
  const path = operation.path.replace(/\{\w+\}/, '1');
  const before = await stateOf(target);
  const answer = await target.client.send(operation.method, path, { token, body });
  const errors = (answer.body.errors ?? []) as { field?: string }[];
  // With these names the body as a whole is refused as unreadable.
  const isNamed = /^(__proto__|constructor)$/.test(field) || errors.some((error) => error.field === field);
  const changed = changedTables(before, await stateOf(target));
  if (answer.status === 400 && isNamed && changed.length === 0) return [];
  const login = token === undefined ? '' : ` -H 'authorization: Bearer ${token}'`;
  return [
    {
      what: `${operation.name} answers ${answer.status} to a body with ${JSON.stringify(field)}${changed.length > 0 ? `, and changes ${changed.join(', ')}` : ''}`,
      reproduce: `curl -i -X ${operation.method} ${target.url}${path}${login} -H 'content-type: application/json' -d ${quoted(body)}`,
    },
  ];
}

/** Sends a valid body with one additional field. */
export const massAssignment: Attack = {
  name: 'mass-assignment',
  about: 'unexpected fields in every body',
  async run(target) {
    const findings: Finding[] = [];
    let tried = 0;
    for (const operation of target.document.operations.filter(({ requestBody }) => requestBody)) {
      const token = await tokenFor(target, operation);
      const schema = operation.requestBody!.content['application/json']!.schema!;
      const valid = JSON.stringify(target.document.example(schema));
      const known = Object.keys(target.document.resolve(schema).properties ?? {});
      for (const [field, value] of FIELDS.filter(([name]) => !known.includes(name))) {
        const body = `${valid.slice(0, -1)}, ${JSON.stringify(field)}: ${value}}`;
        tried += 1;
        findings.push(...(await tryField(target, { operation, token, body, field })));
      }
    }
    return { tried, findings };
  },
};
