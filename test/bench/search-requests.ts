import { tokenFor } from '../harness/people.js';
import type { LoadRequest } from './load.js';

const STAFF_ACCOUNT = 2_000_001;

/**
 * What the desk searches for: two names of which each is frequent, a name that few have, a frequent name with it, the
 * end of a phone number, and a birth date.
 *
 * @param names of how many given names and family names the patients have one (see `fillPatients`)
 */
export function searchRequests(secret: string, names: number): LoadRequest[] {
  const token = tokenFor({ id: STAFF_ACCOUNT, email: 'desk@bench.example', role: 'staff' }, secret);
  return Array.from({ length: names }, (_, index) => [
    `q=given${index}+family${names - index}`,
    `q=own${1000 + index}`,
    `q=given${(1000 + index) % names}+own${1000 + index}`,
    `phone=${1000 + index}`,
    `birth_date=19${30 + (index % 5)}-05-21`,
  ])
    .flat()
    .map((query) => ({ method: 'GET', path: `/api/patients?${query}`, token }));
}
