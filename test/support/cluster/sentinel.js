import { join, resolve } from 'node:path';
import { exchange, RedisProcess } from './redis-process.js';
import { Failure } from '../../../bin/support/output.js';
import { portsInARow } from '../ports-in-a-row.js';
import { waitUntil } from '../../../bin/support/waiting.js';

/**
 * A private Redis that survives the loss of its master: two replicas follow it, and three sentinels promote one of
 * them. The fault tests kill any of the six. No data is kept.
 *
 * @typedef {object} SentinelRedis
 * @property {string} url names the sentinels
 * @property {RedisProcess[]} servers beginning with the first master
 * @property {RedisProcess[]} sentinels
 * @property {() => Promise<RedisProcess>} master the current one, according to the first living sentinel
 * @property {() => Promise<void>} stop ends all six, and any start in progress
 */

const GROUP = 'clinica';

// More than a second: a sentinel sends its first PING to a new master only after a second. With a shorter limit it
// sometimes takes the new master for dead and promotes another one.
const DOWN_AFTER_MS = 1_500;

// Each step usually takes a second or two.
const STEP_WITHIN_MS = 30_000;

/**
 * Starts a master, two replicas and three sentinels.
 *
 * @param {object} options
 * @param {string} options.dir for settings and logs; those of an earlier start are deleted
 * @param {AbortSignal} [options.signal] also ends the wait for a server that is started again later
 * @returns {Promise<SentinelRedis>} once the replicas follow, and every sentinel knows all the others
 * @throws {Failure} if Redis is not installed, or does not start
 */
export async function startSentinels({ dir, signal }) {
  const ending = new AbortController();
  const lasting = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  const { servers, sentinels } = members(resolve(dir), await portsInARow(6), lasting);
  const stop = async () => {
    ending.abort(new Failure('The group of Redis servers was stopped.'));
    await Promise.all([...sentinels, ...servers].map((each) => each.kill()));
  };
  try {
    await startAll(servers, sentinels, lasting);
  } catch (error) {
    await stop();
    throw error;
  }
  const places = sentinels.map((sentinel) => `127.0.0.1:${sentinel.port}`).join(',');
  const url = `redis+sentinel://${places}/${GROUP}/0`;
  return { url, servers, sentinels, master: () => masterOf(servers, sentinels), stop };
}

// noeviction as in production; and a replica that requests all data gets it at once, not after the default of five
// seconds.
const SERVER = ['save ""', 'appendonly no', 'maxmemory-policy noeviction', 'repl-diskless-sync-delay 0'];

/** @param {number} port the master's */
const follow = (port) => `replicaof 127.0.0.1 ${port}`;

/** @param {number} port the master's */
const watch = (port) => [
  `sentinel monitor ${GROUP} 127.0.0.1 ${port} 2`,
  `sentinel down-after-milliseconds ${GROUP} ${DOWN_AFTER_MS}`,
  `sentinel failover-timeout ${GROUP} 5000`,
  `sentinel parallel-syncs ${GROUP} 1`,
];

/**
 * @param {string} home
 * @param {number} port the master's, and the first of six
 * @param {AbortSignal} signal
 */
function members(home, port, signal) {
  const all = [0, 1, 2, 3, 4, 5].map((index) => {
    const isSentinel = index > 2;
    const name = isSentinel ? `sentinel-${index - 2}` : `redis-${index + 1}`;
    const settings = isSentinel ? watch(port) : [...SERVER, ...(index > 0 ? [follow(port)] : [])];
    return new RedisProcess({ home: join(home, name), port: port + index, settings, isSentinel, signal });
  });
  return { servers: all.slice(0, 3), sentinels: all.slice(3) };
}

/**
 * @param {RedisProcess[]} servers
 * @param {RedisProcess[]} sentinels
 * @param {AbortSignal} signal
 */
async function startAll(servers, sentinels, signal) {
  await Promise.all(servers.map((server) => server.create()));
  const following = /master_link_status:up/;
  const follows = (/** @type {RedisProcess} */ replica) => replica.says('INFO replication', following);
  await waitForEach(servers.slice(1), follows, 'follow the master', signal);
  // Last: a sentinel looks for replicas only every ten seconds, so they should be there the first time.
  await Promise.all(sentinels.map((sentinel) => sentinel.create()));
  const complete = /num-slaves\r\n\$1\r\n2\r\n.*num-other-sentinels\r\n\$1\r\n2\r\n/s;
  const knowsAll = (/** @type {RedisProcess} */ sentinel) =>
    sentinel.says(`SENTINEL MASTER ${GROUP}`, complete);
  await waitForEach(sentinels, knowsAll, 'find all the others', signal);
}

/**
 * @param {RedisProcess[]} members
 * @param {(member: RedisProcess) => Promise<boolean>} holds
 * @param {string} what they should do, for the error text
 * @param {AbortSignal} signal
 */
async function waitForEach(members, holds, what, signal) {
  for (const member of members) {
    if (await waitUntil(() => holds(member), { withinMs: STEP_WITHIN_MS, signal })) continue;
    throw new Failure(`${member.name} did not ${what} within ${STEP_WITHIN_MS / 1000} s.`, {
      tail: member.tail(),
      remedy: `Its log: ${member.log}`,
    });
  }
}

/**
 * @param {RedisProcess[]} servers
 * @param {RedisProcess[]} sentinels
 */
async function masterOf(servers, sentinels) {
  for (const sentinel of sentinels) {
    const reply = await exchange(sentinel.port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${GROUP}`);
    const port = Number(/\r\n(\d+)\r\n$/.exec(reply)?.[1]);
    const master = servers.find((server) => server.port === port);
    if (master) return master;
  }
  throw new Failure('No sentinel tells which Redis is the master.');
}
