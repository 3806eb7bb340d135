import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { aborted } from '../support/aborted.js';
import { Deployment } from './deployment.js';
import { Front } from './front.js';
import { consult } from './oracle.js';
import { settle } from './people.js';
import { Random } from './random.js';
import { type Scenario, Stage } from './scenario.js';
import { TimeLapse } from './time-lapse.js';
import { Traffic } from './traffic.js';
import { failures, type Result, slowest, violations } from './verdict.js';

const DOCTORS = 8;
const PATIENTS = 8;
const PAUSE_MS: readonly [number, number] = [30, 130];
const WARM_UP_SECONDS = 2;
/** Long enough to see whether requests succeed again. */
const AFTERWARDS_SECONDS = 6;
const QUIET_SECONDS = 120;

/** Opens a clinic, breaks it, and finds out what it has cost. */
export async function runScenario(
  scenario: Scenario,
  { dir, seed, isShort, signal }: { dir: string; seed: number; isShort: boolean; signal: AbortSignal },
): Promise<Result> {
  const started = performance.now();
  const home = mkdtempSync(join(dir, `${scenario.name}-`));
  const clinic = await Deployment.open(home, scenario.wishes ?? {});
  try {
    await clinic.start();
    const stage = await prepare(scenario, clinic, new Random(seed), isShort);
    await Promise.race([play(scenario, stage), aborted(signal)]);
    await quiet(clinic);
    return await judge(scenario, stage, started);
  } catch (error) {
    console.error(clinic.complaints().slice(-4_000));
    throw error;
  } finally {
    await clinic.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function prepare(
  scenario: Scenario,
  clinic: Deployment,
  random: Random,
  isShort: boolean,
): Promise<Stage> {
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

/** Waits until nothing that is due is left to be sent. */
async function quiet(clinic: Deployment): Promise<void> {
  const database = await clinic.connect();
  for (let second = 0; second < QUIET_SECONDS; second += 0.5) {
    const [[row]] = await database.query<(RowDataPacket & { open: number })[]>(
      `SELECT COUNT(*) AS open FROM notifications
       WHERE state IN ('queued', 'sending') OR (state = 'pending' AND due_at <= UTC_TIMESTAMP(3))
          OR (state = 'pending' AND (attempts > 0 OR kind IN ('booked', 'moved', 'cancelled')))`,
    );
    if (Number(row!.open) === 0) break;
    await sleep(500);
  }
  await database.end();
}

async function judge(scenario: Scenario, stage: Stage, started: number): Promise<Result> {
  const { front, faults, clinic, traffic } = stage;
  const database = await clinic.connect();
  const counts = await consult(database, traffic.acknowledged, clinic.smtp.accepted);
  await database.end();
  const { refused, unexpected } = failures(scenario, front.journal, faults);
  const { code, output } = await clinic.integrity();
  if (code !== 0) console.error(output);
  const result = {
    ...counts,
    name: scenario.name,
    about: scenario.about,
    requests: front.journal.length,
    faults: faults.length,
    refused: refused.length,
    E: unexpected.length,
    R: slowest(front.journal, faults),
    slowestAnswer: Math.max(0, ...front.journal.map(({ began, ended }) => ended - began)) / 1000,
    integrity: code === 0 ? ('clean' as const) : ('findings' as const),
    seconds: (performance.now() - started) / 1000,
  };
  const broken = [...violations(scenario, result), ...stage.complaints];
  if (unexpected.length > 0) console.error(unexpected.slice(0, 5), faults);
  return { ...result, broken };
}
