import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { rejectOnAbort } from '../support/aborted.js';
import { Deployment } from './deployment.js';
import { printEvidence, writeEvidence } from './evidence.js';
import { LoadBalancer } from './load-balancer.js';
import { countFindings, type Counts } from './oracle.js';
import { createPeople } from './people.js';
import { Random } from './random.js';
import { type Scenario, ScenarioContext } from './scenario.js';
import { TimeLapse } from './time-lapse.js';
import { Traffic } from './traffic.js';
import { failures, isExcused, type Result, slowestRecovery, violations } from './verdict.js';

const DOCTORS = 8;
const PATIENTS = 8;
const PAUSE_MS: readonly [number, number] = [30, 130];
const WARM_UP_SECONDS = 2;
/** Long enough to see whether requests succeed again. */
const COOL_DOWN_SECONDS = 6;
/** How long nothing may happen to the unsent notifications before the harness stops waiting for them. */
const STANDSTILL_SECONDS = 120;
const MAX_PRINTED = 5;

/** How to run a scenario. */
export interface RunOptions {
  /** The folder for data and logs; removed at the end. */
  readonly dir: string;
  /** The folder for what is kept of a scenario that did not hold. */
  readonly keepIn: string;
  /** Whether to keep data and logs even if the scenario held. */
  readonly keepsAll: boolean;
  readonly seed: number;
  readonly isShort: boolean;
  readonly signal: AbortSignal;
}

/** Starts a clinic, breaks it, and counts the damage. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Result> {
  const started = performance.now();
  const home = mkdtempSync(join(options.dir, `${scenario.name}-`));
  const clinic = await Deployment.open(home, scenario.deployment ?? {});
  let held = false;
  try {
    await clinic.start();
    const context = await prepare(scenario, clinic, options);
    await Promise.race([runWithTraffic(scenario, context), rejectOnAbort(options.signal)]);
    await waitUntilSettled(clinic);
    const result = await judge(scenario, context, { seed: options.seed, home, started });
    held = result.broken.length === 0;
    return result;
  } finally {
    await clinic.close();
    if ((!held || options.keepsAll) && !options.signal.aborted) {
      clinic.writeLogs(join(home, 'logs'));
      keep(home, join(options.keepIn, `${scenario.name}-${options.seed}`));
    }
    rmSync(home, { recursive: true, force: true });
  }
}

/** Keeps database, logs and requests. Replaces those of an earlier run with the same seed. */
function keep(home: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Sockets cannot be copied.
  cpSync(home, folder, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  console.error(`  database, logs and requests are kept in ${folder}`);
}

async function prepare(
  scenario: Scenario,
  clinic: Deployment,
  { seed, isShort }: RunOptions,
): Promise<ScenarioContext> {
  const random = new Random(seed);
  const database = await clinic.connect();
  const counts = { patients: scenario.patients ?? PATIENTS, doctors: DOCTORS };
  const people = await createPeople(database, clinic.secret, counts);
  await database.end();
  const balancer = new LoadBalancer(clinic.apiUrls);
  const sticky = scenario.deployment?.cluster ?? false;
  const traffic = new Traffic(balancer, people, random.fork(), scenario.pauseMs ?? PAUSE_MS, sticky);
  return new ScenarioContext(clinic, balancer, traffic, people, random.fork(), isShort);
}

async function runWithTraffic(scenario: Scenario, context: ScenarioContext): Promise<void> {
  const timeLapse = new TimeLapse(context.clinic);
  context.traffic.start();
  timeLapse.start();
  await context.waitSeconds(WARM_UP_SECONDS);
  await scenario.run(context);
  await context.waitSeconds(COOL_DOWN_SECONDS);
  await timeLapse.stop();
  await context.traffic.stop();
  context.balancer.close();
}

/** Waits until every due notification is settled; gives up when nothing has changed for `STANDSTILL_SECONDS`. */
async function waitUntilSettled(clinic: Deployment): Promise<void> {
  const database = await clinic.connect();
  // Notifications of reschedules wait a minute for further ones. The traffic has stopped, so they may leave now.
  await database.query(
    "UPDATE notifications SET due_at = UTC_TIMESTAMP(3) WHERE state = 'pending' AND kind = 'moved' AND attempts = 0",
  );
  let last = '';
  for (let changedAt = performance.now(); performance.now() - changedAt < STANDSTILL_SECONDS * 1000;) {
    const [[unsettled]] = await database.query<(RowDataPacket & { open: number })[]>(
      `SELECT COUNT(*) AS open, SUM(attempts) AS attempts, SUM(lease) AS leases FROM notifications
       WHERE state IN ('queued', 'sending') OR (state = 'pending' AND due_at <= UTC_TIMESTAMP(3))
          OR (state = 'pending' AND (attempts > 0 OR kind IN ('booked', 'moved', 'cancelled')))`,
    );
    if (Number(unsettled!.open) === 0) break;
    const state = JSON.stringify(unsettled);
    if (state !== last) changedAt = performance.now();
    last = state;
    await sleep(500);
  }
  await database.end();
}

async function judge(
  scenario: Scenario,
  { balancer, faults, clinic, traffic, failedExpectations }: ScenarioContext,
  { seed, home, started }: { seed: number; home: string; started: number },
): Promise<Result> {
  const { standstills } = balancer;
  if (standstills.length > 0) console.error(`  the whole machine stood still ${standstills.length} times`);
  const journal = balancer.journal.filter((entry) => !isExcused(entry, standstills));
  const counts = await countDamage(clinic, traffic, balancer, home);
  const { refused, unexpected } = failures(scenario, journal, faults);
  const { code, output } = await clinic.integrity();
  if (code !== 0) console.error(output);
  const result = {
    ...counts,
    name: scenario.name,
    about: scenario.about,
    seed,
    requests: journal.length,
    faults: faults.length,
    refused: refused.length,
    gaveUp: traffic.gaveUp,
    E: unexpected.length,
    R: slowestRecovery(journal, faults),
    slowestAnswer: Math.max(0, ...journal.map(({ began, ended }) => ended - began)) / 1000,
    integrity: code === 0 ? ('clean' as const) : ('findings' as const),
    seconds: (performance.now() - started) / 1000,
  };
  if (unexpected.length > 0) console.error(unexpected.slice(0, MAX_PRINTED), faults.slice(-MAX_PRINTED));
  return { ...result, broken: [...violations(scenario, result), ...failedExpectations] };
}

/** Has the oracle count, and prints and writes the evidence. */
async function countDamage(
  clinic: Deployment,
  traffic: Traffic,
  balancer: LoadBalancer,
  home: string,
): Promise<Counts> {
  const database = await clinic.connect();
  const { acknowledged } = traffic;
  const counts = await countFindings(database, acknowledged, clinic.smtp.accepted);
  const records = { findings: counts.findings, acknowledged, journal: balancer.journal };
  writeEvidence(home, await printEvidence({ database, ...records }), records);
  await database.end();
  return counts;
}
