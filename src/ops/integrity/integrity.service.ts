import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ACCOUNT_CHECKS } from '../../auth/accounts/account.checks.js';
import { BOOKING_CHECKS } from '../../bookings/booking.checks.js';
import { BOOKING_LEDGER_CHECKS } from '../../bookings/booking-ledger.checks.js';
import { type Finding, type IntegrityCheck, MAX_LISTED } from '../../database/integrity-check.js';
import { DOCTOR_CHECKS } from '../../doctors/doctor.checks.js';
import { jobChecks } from '../../notifications/job.checks.js';
import { NotificationQueue } from '../../notifications/notification-queue.js';
import { NOTIFICATION_CHECKS } from '../../outbox/notification.checks.js';
import { Clock } from '../../time/clock.js';

/** The result of one check. */
export interface CheckReport {
  readonly code: string;
  readonly title: string;
  readonly findingsTotal: number;
  /** The first hundred. */
  readonly findings: readonly Finding[];
}

/** The result of all checks. */
export interface Report {
  readonly healthy: boolean;
  readonly checks: readonly CheckReport[];
}

/** Runs the checks of all folders. It only reads, and may run at any time. */
@Injectable()
export class IntegrityService {
  private readonly checks: readonly IntegrityCheck[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    queue: NotificationQueue,
  ) {
    this.checks = [
      ...DOCTOR_CHECKS,
      ...BOOKING_CHECKS,
      ...BOOKING_LEDGER_CHECKS,
      ...NOTIFICATION_CHECKS,
      ...ACCOUNT_CHECKS,
      ...jobChecks(queue),
    ];
  }

  /** Runs one check after the other, to slow the clinic's work as little as possible. */
  async check(): Promise<Report> {
    const checks: CheckReport[] = [];
    for (const check of this.checks) checks.push(await this.run(check));
    return { healthy: checks.every(({ findingsTotal }) => findingsTotal === 0), checks };
  }

  private async run(check: IntegrityCheck): Promise<CheckReport> {
    const { code, title } = check;
    const findings: Finding[] = [];
    let findingsTotal = 0;
    for await (const { total, ...found } of check.find(this.dataSource, this.clock.now())) {
      findingsTotal = total ?? findingsTotal + 1;
      if (findings.length < MAX_LISTED) findings.push({ code, ...found });
    }
    return { code, title, findingsTotal, findings };
  }
}
