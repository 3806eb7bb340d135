import { isDeepStrictEqual } from 'node:util';
import type { Instance, Side } from './testbed.js';
import type { BenchContext } from './compare.js';
import { bookingRequests, listRequests, logInRequests, longListRequests, slotRequests } from './scenarios.js';
import type { LoadRequest } from './load.js';

/** Fields that may differ between the two programs. */
const VARYING = new Set(['id', 'user_id', 'account_id', 'token', 'time']);

/**
 * Checks that service and baseline give the same answers, byte for byte. A new booking may differ in id and times, a
 * log-in in its token.
 *
 * @throws Error with the first pair of answers that differ
 */
export async function assertSameAnswers(
  instances: Readonly<Record<Side, Instance>>,
  context: BenchContext,
): Promise<void> {
  const { secret } = context.testbed;
  const doctors: LoadRequest = { method: 'GET', path: '/api/doctors/public' };
  for (const asked of [
    ...slotRequests(secret, 100),
    ...listRequests(secret).slice(0, 10),
    ...longListRequests(secret),
    doctors,
  ]) {
    const [service, baseline] = await Promise.all([
      ask(instances.service, asked),
      ask(instances.baseline, asked),
    ]);
    if (service !== baseline) throw new Error(`${asked.path}\n${service}\n${baseline}`);
  }
  // Consecutive start times belong to different doctors. The first and the last are of one doctor, 15 minutes apart.
  const [first, ...more] = bookingRequests(context, 101);
  const pairs: [LoadRequest, LoadRequest][] = [
    [first!, more.at(-1)!],
    [logInRequests(1)[0]!, logInRequests(1)[0]!],
  ];
  for (const [one, other] of pairs) {
    const service = JSON.parse(await ask(instances.service, one)) as object;
    const baseline = JSON.parse(await ask(instances.baseline, other)) as object;
    if (!isDeepStrictEqual(shapeOf(service), shapeOf(baseline)))
      throw new Error(`${one.path}\n${JSON.stringify(service)}\n${JSON.stringify(baseline)}`);
  }
}

function shapeOf(answer: object): [string, unknown][] {
  return Object.entries(answer).map(([name, value]: [string, unknown]) => {
    if (VARYING.has(name) || /_at$/.test(name)) return [name, typeof value];
    return [name, typeof value === 'object' && value !== null ? shapeOf(value) : value];
  });
}

async function ask({ url }: Instance, { method, path, token, body }: LoadRequest): Promise<string> {
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
