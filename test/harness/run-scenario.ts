import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { aborted } from '../support/aborted.js';
import { Deployment } from './deployment.js';
import { printEvidence, writeEvidence } from './evidence.js';
import { Front } from './front.js';
import { consult, type Counts } from './oracle.js';
import { settle } from './people.js';
import { Random } from './random.js';
import { type Scenario, Stage } from './scenario.js';
import { TimeLapse } from './time-lapse.js';
import { Traffic } from './traffic.js';
import { failures, isLate, type Result, slowest, violations } from './verdict.js';

const DOCTORS = 8;
const PATIENTS = 8;
const PAUSE_MS: readonly [number, number] = [30, 130];
const WARM_UP_SECONDS = 2;
/** Long enough to see whether requests succeed again. */
const AFTERWARDS_SECONDS = 6;
/** Mails that are not sent count as forgotten when for so long not even an attempt was made. */
const STANDSTILL_SECONDS = 120;
const MOST_PRINTED = 5;

/** How a scenario is run. */
export interface Run {
  /** A folder for data and logs, thrown away at the end. */
  readonly dir: string;
  /** A folder for what is kept of a scenario that did not hold. */
  readonly keepIn: string;
  /** Whether to keep it though it held. */
  readonly keepsAll: boolean;
  readonly seed: number;
  readonly isShort: boolean;
  readonly signal: AbortSignal;
}

/** Opens a clinic, breaks it, and finds out what it has cost. */
export async function runScenario(scenario: Scenario, run: Run): Promise<Result> {
  const started = performance.now();
  const home = mkdtempSync(join(run.dir, `${scenario.name}-`));
  const clinic = await Deployment.open(home, scenario.wishes ?? {});
  let held = false;
  try {
    await clinic.start();
    const stage = await prepare(scenario, clinic, run);
    await Promise.race([play(scenario, stage), aborted(run.signal)]);
    await quiet(clinic);
    const result = await judge(scenario, stage, { seed: run.seed, home, started });
    held = result.broken.length === 0;
    return result;
  } finally {
    await clinic.close();
    if ((!held || run.keepsAll) && !run.signal.aborted) {
      clinic.writeLogs(join(home, 'logs'));
      keep(home, join(run.keepIn, `${scenario.name}-${run.seed}`));
    }
    rmSync(home, { recursive: true, force: true });
  }
}

/** Keeps database, logs and requests, in place of those of an earlier run with the same seed. */
function keep(home: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Sockets cannot be copied.
  cpSync(home, folder, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  console.error(`  database, logs and requests are kept in ${folder}`);
}

async function prepare(scenario: Scenario, clinic: Deployment, { seed, isShort }: Run): Promise<Stage> {
  const random = new Random(seed);
  const database = await clinic.connect();
  const counts = { patients: scenario.patients ?? PATIENTS, doctors: DOCTORS };
  const people = await settle(database, clinic.secret, counts);
  await database.end();
  const front = new Front(clinic.fronts);
  const sticky = scenario.wishes?.cluster ?? false;
  const traffic = new Traffic(front, people, random.fork(), scenario.pauseMs ?? PAUSE_MS, sticky);
  return new Stage(clinic, front, traffic, people, random.fork(), isShort);
}

async function play(scenario: Scenario, stage: Stage): Promise<void> {
  const timeLapse = new TimeLapse(stage.clinic);
  stage.traffic.start();
  timeLapse.start();
  await stage.seconds(WARM_UP_SECONDS);
  await scenario.run(stage);
  await stage.seconds(AFTERWARDS_SECONDS);
  await timeLapse.stop();
  await stage.traffic.stop();
  stage.front.close();
}

/** Waits until nothing that is due is left to be sent, as long as anything happens to it. */
async function quiet(clinic: Deployment): Promise<void> {
  const database = await clinic.connect();
  // News of reschedules that wait for their minute: nobody reschedules any longer, so the last one may leave now.
  await database.query(
    "UPDATE notifications SET due_at = UTC_TIMESTAMP(3) WHERE state = 'pending' AND kind = 'moved' AND attempts = 0",
  );
  let last = '';
  for (let changedAt = performance.now(); performance.now() - changedAt < STANDSTILL_SECONDS * 1000;) {
    const [[row]] = await database.query<(RowDataPacket & { open: number })[]>(
      `SELECT COUNT(*) AS open, SUM(attempts) AS attempts, SUM(lease) AS leases FROM notifications
       WHERE state IN ('queued', 'sending') OR (state = 'pending' AND due_at <= UTC_TIMESTAMP(3))
          OR (state = 'pending' AND (attempts > 0 OR kind IN ('booked', 'moved', 'cancelled')))`,
    );
    if (Number(row!.open) === 0) break;
    const now = JSON.stringify(row);
    if (now !== last) changedAt = performance.now();
    last = now;
    await sleep(500);
  }
  await database.end();
}

async function judge(
  scenario: Scenario,
  { front, faults, clinic, traffic, complaints }: Stage,
  { seed, home, started }: { seed: number; home: string; started: number },
): Promise<Result> {
  const { standstills } = front;
  if (standstills.length > 0) console.error(`  the whole machine stood still ${standstills.length} times`);
  const journal = front.journal.filter((entry) => !isLate(entry, standstills));
  const counts = await count(clinic, traffic, front, home);
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
    R: slowest(journal, faults),
    slowestAnswer: Math.max(0, ...journal.map(({ began, ended }) => ended - began)) / 1000,
    integrity: code === 0 ? ('clean' as const) : ('findings' as const),
    seconds: (performance.now() - started) / 1000,
  };
  if (unexpected.length > 0) console.error(unexpected.slice(0, MOST_PRINTED), faults.slice(-MOST_PRINTED));
  return { ...result, broken: [...violations(scenario, result), ...complaints] };
}

/** What the oracle counts, with the evidence printed and written. */
async function count(clinic: Deployment, traffic: Traffic, front: Front, home: string): Promise<Counts> {
  const database = await clinic.connect();
  const { acknowledged } = traffic;
  const counts = await consult(database, acknowledged, clinic.smtp.accepted);
  const records = { findings: counts.findings, acknowledged, journal: front.journal };
  writeEvidence(home, await printEvidence({ database, ...records }), records);
  await database.end();
  return counts;
}
