import { setTimeout as sleep } from 'node:timers/promises';
import type { JobType } from 'bullmq';
import type { Found, IntegrityCheck } from '../database/integrity-check.js';
import type { Source } from '../database/statement.js';
import { existingOf } from '../outbox/notification.repository.js';
import type { NotificationQueue } from './notification-queue.js';

interface QueuedJob {
  readonly id: string;
  readonly type: JobType;
  /** The id of its notification, as the job has it. */
  readonly row: unknown;
}

// In the order in which a job passes through them, so that no job is missed on its way. The jobs of a paused queue wait.
const TYPES: readonly JobType[] = ['delayed', 'prioritized', 'waiting', 'active'];
const PAGE = 200;

/** Redis may just be connecting or failing over. */
const REDIS_PATIENCE_MS = 3_000;
const ASK_AGAIN_MS = 200;

/** On a cluster, a row of another server may reach this server a moment after the row's job. */
const LOOK_AGAIN_MS = 1_000;

export function jobChecks(queue: NotificationQueue): readonly IntegrityCheck[] {
  return [
    // A job whose row was claimed again since has its row.
    {
      code: 'JOB_WITHOUT_ROW',
      title: 'jobs in the queue for notifications that are not in the ledger',
      async *find(source) {
        const jobs = await readPatiently(queue).catch((error: Error) => error);
        if (jobs instanceof Error) {
          yield redisAway(jobs);
          return;
        }
        // First the jobs, then the rows: a row exists before its job, and stays.
        let orphans = await withoutRow(source, jobs);
        if (orphans.length > 0) {
          await sleep(LOOK_AGAIN_MS);
          orphans = await withoutRow(source, orphans);
        }
        yield* orphans.map(orphan);
      },
    },
  ];
}

async function readPatiently(queue: NotificationQueue): Promise<QueuedJob[]> {
  for (const begun = performance.now(); ; await sleep(ASK_AGAIN_MS)) {
    try {
      return await read(queue);
    } catch (error) {
      if (performance.now() - begun > REDIS_PATIENCE_MS) throw error;
    }
  }
}

async function read({ queue }: NotificationQueue): Promise<QueuedJob[]> {
  const found = new Map<string, QueuedJob>();
  for (const type of TYPES) {
    for (let start = 0, more = true; more; start += PAGE) {
      const jobs = await queue.getJobs(type, start, start + PAGE - 1);
      for (const { id, data } of jobs) found.set(id!, { id: id!, type, row: data.id });
      more = jobs.length > 0;
    }
  }
  return [...found.values()];
}

async function withoutRow(source: Source, jobs: readonly QueuedJob[]): Promise<QueuedJob[]> {
  const orphans: QueuedJob[] = [];
  for (let start = 0; start < jobs.length; start += PAGE) {
    const page = jobs.slice(start, start + PAGE);
    const ids = page.map(({ row }) => Number(row) || 0);
    const existing: ReadonlySet<unknown> = await existingOf(source, ids);
    orphans.push(...page.filter(({ row }) => !existing.has(row)));
  }
  return orphans;
}

function orphan({ id, type, row }: QueuedJob): Found {
  return {
    subject: `job ${id}`,
    detail: `it is ${type}, for notification ${String(row)}, which the ledger does not have`,
    remedy:
      'Remove it at /admin/queues; a worker that takes it does nothing. If the database was restored, remove all ' +
      'jobs, finished ones too: the ledger queues anew what is to be sent.',
  };
}

function redisAway({ message }: Error): Found {
  return {
    code: 'REDIS_AWAY',
    subject: 'Redis',
    detail: `it does not answer, so that the jobs in the queue could not be looked at (${message.replace(/\.$/, '')})`,
    remedy: 'Have Redis run where REDIS_URL says, then look again. Meanwhile bookings go on, and mails wait.',
  };
}
