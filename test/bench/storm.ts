import type { Contestant } from './arena.js';
import { load, type Measured, median, middle } from './load.js';
import { logIns, looks } from './duels.js';

const PAIRS = 5;
const SECONDS = 3;
const LOOKING = 10;
const LOGGING_IN = 20;
/** More than any machine checks in that time. */
const ATTEMPTS = 2000;

export interface Storm {
  readonly calm: Measured;
  readonly storm: Measured;
  readonly logInsPerSecond: number;
  /** Of the 99th percentile, in storm and calm. */
  readonly ratios: readonly number[];
}

/** What a storm of log-ins does to those who look for a time, in turn with calm. */
export async function inStorm({ url }: Contestant, secret: string): Promise<Storm> {
  const look = (): Promise<Measured> =>
    load({ url, connections: LOOKING, seconds: SECONDS, requests: looks(secret, 500) });
  const pairs: { calm: Measured; storm: Measured; logIns: Measured }[] = [];
  await look();
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const calm = await look();
    const raging = load({
      url,
      connections: LOGGING_IN,
      seconds: SECONDS + 1,
      requests: logIns(ATTEMPTS),
    });
    const [storm, logged] = await Promise.all([look(), raging]);
    pairs.push({ calm, storm, logIns: logged });
  }
  return {
    calm: middle(pairs.map(({ calm }) => calm)),
    storm: middle(pairs.map(({ storm }) => storm)),
    logInsPerSecond: median(pairs.map(({ logIns }) => logIns.perSecond)),
    ratios: pairs.map(({ calm, storm }) => storm.p99 / calm.p99),
  };
}
