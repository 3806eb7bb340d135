import autocannon from 'autocannon';

/** One request of a load. */
export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
}

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly requests: readonly LoadRequest[];
  /** Repeats the requests for this many seconds. Without it, each request is sent once. */
  readonly seconds?: number;
}

export interface Measurement {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  /** Size of a response with its headers. */
  readonly bytes: number;
}

/** The result of autocannon also emits events, which its declared type omits. */
interface ResponseEvents {
  on(
    event: 'response',
    listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): void;
}

/**
 * Sends requests over several connections. Each connection sends its next request when the previous one is answered.
 *
 * @throws Error if any response is not 2xx
 */
export async function load({ url, connections, requests, seconds }: Load): Promise<Measurement> {
  const share = Math.ceil(requests.length / connections);
  let client = 0;
  const times: number[] = [];
  let [began, ended] = [Infinity, 0];
  const run = autocannon({
    url,
    connections,
    ...(seconds === undefined ? { amount: requests.length } : { duration: seconds }),
    setupClient: (each) => {
      // Each connection repeats its own share of the requests.
      const begin = (share * client++) % requests.length;
      each.setRequests(requests.slice(begin, begin + share).map(toSend));
    },
  });
  (run as unknown as ResponseEvents).on('response', (_client, _status, _bytes, milliseconds) => {
    ended = performance.now();
    began = Math.min(began, ended - milliseconds);
    times.push(milliseconds);
  });
  const result = await run;
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers other than 2xx, ${result.errors} errors.`);
  }
  return {
    perSecond: (times.length * 1000) / (ended - began),
    ...percentiles(times),
    requests: times.length,
    bytes: Math.round(result.throughput.total / times.length),
  };
}

/** The median and the 99th percentile. */
export function percentiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(times).sort();
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

/** The median of each figure. */
export function medianMeasurement(rounds: readonly Measurement[]): Measurement {
  const of = (pick: (round: Measurement) => number): number => median(rounds.map(pick));
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    requests: of(({ requests }) => requests),
    bytes: of(({ bytes }) => bytes),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function toSend({ method, path, token, body }: LoadRequest): autocannon.Request {
  return {
    method,
    path,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}
