import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotificationQueue } from '../../notifications/notification-queue.js';
import { FailingNotifications } from '../../outbox/failing-notifications.js';
import { AddressCheck } from './address.check.js';
import type { Check } from './check.js';
import { DayVersionCheck } from './day-version.check.js';
import { ExceptionCheck } from './exception.check.js';
import { FailingCheck } from './failing.check.js';
import type { Finding } from './finding.js';
import { FutureCheck } from './future.check.js';
import { InstantsCheck } from './instants.check.js';
import { JobCheck } from './job.check.js';
import { LeaseCheck } from './lease.check.js';
import { NewsCheck } from './news.check.js';
import { OpenTimeCheck } from './open-time.check.js';
import { OverdueCheck } from './overdue.check.js';
import { OverlapCheck } from './overlap.check.js';
import { ReminderCheck } from './reminder.check.js';
import { TimeZoneCheck } from './time-zone.check.js';

/** What came of one check. */
export interface CheckReport {
  readonly code: string;
  readonly title: string;
  readonly findingsTotal: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
}

/** What came of all checks. */
export interface Report {
  readonly healthy: boolean;
  readonly checks: readonly CheckReport[];
}

/** Looks whether everything that the clinic relies on holds. It only reads, and may run at any time. */
@Injectable()
export class IntegrityService {
  private readonly checks: readonly Check[];

  constructor(dataSource: DataSource, queue: NotificationQueue, failing: FailingNotifications) {
    this.checks = [
      new TimeZoneCheck(dataSource),
      new OverlapCheck(dataSource),
      new InstantsCheck(dataSource),
      new OpenTimeCheck(dataSource),
      new FutureCheck(dataSource),
      new ExceptionCheck(dataSource),
      new DayVersionCheck(dataSource),
      new NewsCheck(dataSource),
      new ReminderCheck(dataSource),
      new LeaseCheck(dataSource),
      new OverdueCheck(dataSource),
      new FailingCheck(failing),
      new AddressCheck(dataSource),
      new JobCheck(dataSource, queue),
    ];
  }

  /** One check after the other, so that the clinic's work is hardly slowed. */
  async check(): Promise<Report> {
    const checks: CheckReport[] = [];
    for (const check of this.checks) {
      const { total, listed } = await check.look();
      checks.push({ code: check.code, title: check.title, findingsTotal: total, findings: listed });
    }
    return { healthy: checks.every(({ findingsTotal }) => findingsTotal === 0), checks };
  }
}
