import type { Instance } from './testbed.js';
import { load, type Measurement, median, medianMeasurement } from './load.js';
import { logInRequests, slotRequests } from './scenarios.js';

const PAIRS = 5;
const SECONDS = 3;
const SLOT_CONNECTIONS = 10;
const LOG_IN_CONNECTIONS = 20;
/** More than any machine can check in that time. */
const ATTEMPTS = 2000;

export interface LogInStorm {
  readonly calm: Measurement;
  readonly storm: Measurement;
  readonly logInsPerSecond: number;
  /** For each pair, the p99 in the storm divided by the p99 before it. */
  readonly ratios: readonly number[];
}

/** Measures how much a storm of log-ins slows down requests for slots. Rounds with and without it alternate. */
export async function measureLogInStorm({ url }: Instance, secret: string): Promise<LogInStorm> {
  const loadSlots = (): Promise<Measurement> =>
    load({ url, connections: SLOT_CONNECTIONS, seconds: SECONDS, requests: slotRequests(secret, 500) });
  const pairs: { calm: Measurement; storm: Measurement; logIns: Measurement }[] = [];
  await loadSlots();
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const calm = await loadSlots();
    const storming = load({
      url,
      connections: LOG_IN_CONNECTIONS,
      seconds: SECONDS + 1,
      requests: logInRequests(ATTEMPTS),
    });
    const [storm, loggedIn] = await Promise.all([loadSlots(), storming]);
    pairs.push({ calm, storm, logIns: loggedIn });
  }
  return {
    calm: medianMeasurement(pairs.map(({ calm }) => calm)),
    storm: medianMeasurement(pairs.map(({ storm }) => storm)),
    logInsPerSecond: median(pairs.map(({ logIns }) => logIns.perSecond)),
    ratios: pairs.map(({ calm, storm }) => storm.p99 / calm.p99),
  };
}
