import { setTimeout as sleep } from 'node:timers/promises';
import type { JobType } from 'bullmq';
import type { DataSource } from 'typeorm';
import type { NotificationQueue } from '../../notifications/notification-queue.js';
import type { Check } from './check.js';
import type { Finding } from './finding.js';
import { Findings } from './findings.js';

interface QueuedJob {
  readonly id: string;
  readonly type: JobType;
  /** What it says its row is. */
  readonly row: unknown;
}

// In the order in which a job goes through them, so that none is missed on its way. While the queue is paused its
// jobs wait.
const TYPES: readonly JobType[] = ['delayed', 'prioritized', 'waiting', 'active'];
const PAGE = 200;

/** Redis may just be being connected to, or be failing over. */
const REDIS_PATIENCE_MS = 3_000;
const ASK_AGAIN_MS = 200;

/** On a cluster a row may come to this server a moment after the job that another server's row was made for. */
const LOOK_AGAIN_MS = 1_000;

/** Jobs of messages that the ledger does not have. A job whose row was taken again since is none of them. */
export class JobCheck implements Check {
  readonly code = 'JOB_WITHOUT_ROW';
  readonly title = 'jobs in the queue for messages that are not in the ledger';

  constructor(
    private readonly dataSource: DataSource,
    private readonly queue: NotificationQueue,
  ) {}

  async look(): Promise<Findings> {
    let jobs: QueuedJob[];
    try {
      jobs = await this.readPatiently();
    } catch (error) {
      return Findings.of([redisAway(error as Error)]);
    }
    // First the jobs, then the rows: a row is there before its job, and stays.
    let orphans = await this.withoutRow(jobs);
    if (orphans.length > 0) {
      await sleep(LOOK_AGAIN_MS);
      orphans = await this.withoutRow(orphans);
    }
    return Findings.of(orphans.map((job) => this.finding(job)));
  }

  private async readPatiently(): Promise<QueuedJob[]> {
    for (const begun = performance.now(); ; await sleep(ASK_AGAIN_MS)) {
      try {
        return await this.read();
      } catch (error) {
        if (performance.now() - begun > REDIS_PATIENCE_MS) throw error;
      }
    }
  }

  private async read(): Promise<QueuedJob[]> {
    const found = new Map<string, QueuedJob>();
    for (const type of TYPES) {
      for (let start = 0, more = true; more; start += PAGE) {
        const jobs = await this.queue.queue.getJobs(type, start, start + PAGE - 1);
        for (const { id, data } of jobs) found.set(id!, { id: id!, type, row: data.id });
        more = jobs.length > 0;
      }
    }
    return [...found.values()];
  }

  private async withoutRow(jobs: readonly QueuedJob[]): Promise<QueuedJob[]> {
    const orphans: QueuedJob[] = [];
    for (let start = 0; start < jobs.length; start += PAGE) {
      const some = jobs.slice(start, start + PAGE);
      const rows: { id: number }[] = await this.dataSource.query(
        'SELECT id FROM notifications WHERE id IN (?)',
        [some.map(({ row }) => Number(row) || 0)],
      );
      const there = new Set<unknown>(rows.map(({ id }) => id));
      orphans.push(...some.filter(({ row }) => !there.has(row)));
    }
    return orphans;
  }

  private finding({ id, type, row }: QueuedJob): Finding {
    return {
      code: this.code,
      subject: `job ${id}`,
      detail: `it is ${type}, for message ${String(row)}, which the ledger does not have`,
      remedy:
        'Remove it at /admin/queues; a worker that takes it does nothing. If the database was restored, remove all ' +
        'jobs, finished ones too: the ledger queues anew what is to be sent.',
    };
  }
}

function redisAway({ message }: Error): Finding {
  return {
    code: 'REDIS_AWAY',
    subject: 'Redis',
    detail: `it does not answer, so that the jobs in the queue could not be looked at (${message.replace(/\.$/, '')})`,
    remedy: 'Have Redis run where REDIS_URL says, then look again. Meanwhile bookings go on, and mails wait.',
  };
}
