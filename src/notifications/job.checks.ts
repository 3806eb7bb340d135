import { setTimeout as sleep } from 'node:timers/promises';
import type { JobType } from 'bullmq';
import type { Found, IntegrityCheck } from '../database/integrity-check.js';
import type { Source } from '../database/statement.js';
import { findExistingIds } from '../outbox/notification.repository.js';
import type { NotificationQueue } from './notification-queue.js';

interface QueuedJob {
  readonly id: string;
  readonly type: JobType;
  /** The notification's id as the job carries it, which may be anything in a job added by hand. */
  readonly notificationId: unknown;
}

// In the order in which a job passes through them: a job that advances meanwhile is still found. A paused queue keeps
// its jobs as waiting.
const TYPES: readonly JobType[] = ['delayed', 'prioritized', 'waiting', 'active'];
const PAGE = 200;

/** Redis may still be connecting or failing over. */
const REDIS_TIMEOUT_MS = 3_000;
const REDIS_RETRY_MS = 200;

/** On a cluster, a row written on another server may reach this one a moment after its job. */
const REPLICATION_LAG_MS = 1_000;

export function jobChecks(queue: NotificationQueue): readonly IntegrityCheck[] {
  return [
    // A job whose row was claimed again is no orphan.
    {
      code: 'JOB_WITHOUT_ROW',
      title: 'jobs in the queue for notifications that are not in the ledger',
      async *find(source) {
        const jobs = await readWithRetry(queue).catch((error: Error) => error);
        if (jobs instanceof Error) {
          yield redisUnavailable(jobs);
          return;
        }
        // Jobs before rows: a row is committed before its job is queued.
        let orphans = await findOrphans(source, jobs);
        if (orphans.length > 0) {
          await sleep(REPLICATION_LAG_MS);
          orphans = await findOrphans(source, orphans);
        }
        yield* orphans.map(findingOf);
      },
    },
  ];
}

async function readWithRetry(queue: NotificationQueue): Promise<QueuedJob[]> {
  for (const begun = performance.now(); ; await sleep(REDIS_RETRY_MS)) {
    try {
      return await readJobs(queue);
    } catch (error) {
      if (performance.now() - begun > REDIS_TIMEOUT_MS) throw error;
    }
  }
}

async function readJobs({ queue }: NotificationQueue): Promise<QueuedJob[]> {
  const found = new Map<string, QueuedJob>();
  for (const type of TYPES) {
    for (let start = 0, more = true; more; start += PAGE) {
      const jobs = await queue.getJobs(type, start, start + PAGE - 1);
      for (const { id, data } of jobs) found.set(id!, { id: id!, type, notificationId: data.id });
      more = jobs.length > 0;
    }
  }
  return [...found.values()];
}

/** The jobs whose notification is not in the ledger. */
async function findOrphans(source: Source, jobs: readonly QueuedJob[]): Promise<QueuedJob[]> {
  const orphans: QueuedJob[] = [];
  for (let start = 0; start < jobs.length; start += PAGE) {
    const page = jobs.slice(start, start + PAGE);
    const ids = page.map(({ notificationId }) => Number(notificationId) || 0);
    const existing: ReadonlySet<unknown> = await findExistingIds(source, ids);
    orphans.push(...page.filter(({ notificationId }) => !existing.has(notificationId)));
  }
  return orphans;
}

function findingOf({ id, type, notificationId }: QueuedJob): Found {
  return {
    subject: `job ${id}`,
    detail: `it is ${type}, for notification ${String(notificationId)}, which the ledger does not have`,
    remedy:
      'Remove it at /admin/queues; a worker that takes it does nothing. If the database was restored, remove all ' +
      'jobs, finished ones too: the relay queues again what is still to be sent.',
  };
}

function redisUnavailable({ message }: Error): Found {
  return {
    code: 'REDIS_AWAY',
    subject: 'Redis',
    detail: `it does not answer, so the jobs in the queue could not be checked (${message.replace(/\.$/, '')})`,
    remedy:
      'Start Redis at the address in REDIS_URL, then check again. Meanwhile booking works, and mails wait.',
  };
}
