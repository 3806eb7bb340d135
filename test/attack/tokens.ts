import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Attack, Finding } from './attack.js';
import { forgeries, validToken, type Victim } from './forgeries.js';
import type { Role, Target } from './target.js';

const ROUTES: readonly (readonly [Role, string])[] = [
  ['user', '/api/bookings/me'],
  ['doctor', '/api/bookings/doctor'],
  ['staff', '/api/patients?q=a'],
  ['admin', '/api/users'],
];

async function victims(target: Target, trap: string): Promise<Record<Role, Victim>> {
  const of = (person: Victim['person'], role: Role): Victim => ({
    person,
    role,
    secret: target.secret,
    trap,
  });
  return {
    user: of(await target.patient(), 'user'),
    doctor: of(await target.doctor(), 'doctor'),
    staff: of(await target.newcomer('staff'), 'staff'),
    admin: of(await target.admin(), 'admin'),
  };
}

async function attack(target: Target, trap: string): Promise<{ tried: number; findings: Finding[] }> {
  const people = await victims(target, trap);
  const findings: Finding[] = [];
  let tried = 0;
  for (const [role, path] of ROUTES) {
    for (const [what, token] of forgeries(people[role])) {
      tried += 1;
      const { status } = await target.client.get(path, { token });
      if (status === 401) continue;
      findings.push({
        what: `${path} answers ${status} to a token: ${what}`,
        reproduce: `curl -i ${target.url}${path} -H 'authorization: Bearer ${token}'`,
      });
    }
    for (const token of [people[role].person.token, validToken(people[role])]) {
      const { status } = await target.client.get(path, { token });
      if (status !== 200) throw new Error(`${path} does not even accept a valid token: ${status}`);
    }
  }
  return { tried, findings };
}

/** Sends forged tokens to a route of each role. */
export const tokens: Attack = {
  name: 'tokens',
  about:
    'forged tokens: none, swapped algorithms, embedded and fetched keys, kid paths, crit, times, issuers',
  async run(target) {
    let visits = 0;
    const trap = createServer((_, response) => {
      visits += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}`;
      const { tried, findings } = await attack(target, url);
      const fetched = {
        what: `a key was fetched from an address in a token, ${visits} times`,
        reproduce: 'npm run attack -- tokens',
      };
      return { tried, findings: visits === 0 ? findings : [...findings, fetched] };
    } finally {
      trap.close();
    }
  },
};
