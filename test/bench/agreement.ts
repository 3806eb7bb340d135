import { isDeepStrictEqual } from 'node:util';
import type { Contestant, Side } from './arena.js';
import type { Ring } from './duel.js';
import { bookings, lists, logIns, longLists, looks } from './duels.js';
import type { Asked } from './load.js';

/** Fields that say who answered, or when. */
const OWN = new Set(['id', 'token', 'time']);

/**
 * Asks both the same, and sees that they answer the same, byte for byte; but for the id and the time of what was just
 * booked, and the token of who just logged in.
 *
 * @throws Error with the first pair of answers that differ
 */
export async function agree(contestants: Readonly<Record<Side, Contestant>>, ring: Ring): Promise<void> {
  const { secret } = ring.arena;
  const doctors: Asked = { method: 'GET', path: '/api/doctors/public' };
  for (const asked of [...looks(secret, 100), ...lists(secret).slice(0, 10), ...longLists(secret), doctors]) {
    const [service, baseline] = await Promise.all([
      ask(contestants.service, asked),
      ask(contestants.baseline, asked),
    ]);
    if (service !== baseline) throw new Error(`${asked.path}\n${service}\n${baseline}`);
  }
  // Neighbours in time are with different doctors; these two are a hundred apart, a quarter of an hour.
  const [first, ...more] = bookings(ring, 101);
  const pairs: [Asked, Asked][] = [
    [first!, more.at(-1)!],
    [logIns(1)[0]!, logIns(1)[0]!],
  ];
  for (const [one, other] of pairs) {
    const service = JSON.parse(await ask(contestants.service, one)) as object;
    const baseline = JSON.parse(await ask(contestants.baseline, other)) as object;
    if (!isDeepStrictEqual(shapeOf(service), shapeOf(baseline)))
      throw new Error(`${one.path}\n${JSON.stringify(service)}\n${JSON.stringify(baseline)}`);
  }
}

function shapeOf(answer: object): [string, unknown][] {
  return Object.entries(answer).map(([name, value]) => [
    name,
    OWN.has(name) || /_at$/.test(name) || name === 'user_id' ? typeof value : value,
  ]);
}

async function ask({ url }: Contestant, { method, path, token, body }: Asked): Promise<string> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}
