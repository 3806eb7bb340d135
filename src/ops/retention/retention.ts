import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { deleteEvents, forgetAddresses } from '../../audit/old-events.js';
import { deleteExpiredLinks } from '../../auth/accounts/old-links.js';
import { deleteBookings, deleteNotificationsOfBookings } from '../../bookings/old-bookings.js';
import { WorkerEnvironment } from '../../config/worker.environment.js';
import type { Sweep } from '../../database/in-batches.js';
import { lacksPrivilege } from '../../database/mysql-errors.js';
import { deleteOtherNotifications } from '../../outbox/old-notifications.js';
import { Clock } from '../../time/clock.js';
import { readMark, setMark } from '../../database/retention-mark.repository.js';

const DAY_MS = 24 * 60 * 60_000;
/**
 * How far each run goes back behind the last one: a booking with an unsettled notification is skipped, and tried again.
 */
const LOOK_BACK_MS = 30 * DAY_MS;

type Setting = 'BOOKING_DAYS' | 'NOTIFICATION_DAYS' | 'LINK_DAYS' | 'AUDIT_EVENT_DAYS' | 'AUDIT_ADDRESS_DAYS';

/** Each retention setting in days, and the sweep of data older than it. */
const STEPS: readonly (readonly [Setting, Sweep])[] = [
  ['BOOKING_DAYS', deleteBookings],
  ['NOTIFICATION_DAYS', deleteSinceMark],
  ['NOTIFICATION_DAYS', deleteOtherNotifications],
  ['LINK_DAYS', deleteExpiredLinks],
  ['AUDIT_EVENT_DAYS', deleteEvents],
  ['AUDIT_ADDRESS_DAYS', forgetSinceMark],
];

/** Deletes data older than the clinic's retention settings. Any number of processes may run it. */
@Injectable()
export class Retention {
  private readonly logger = new Logger(Retention.name);
  private readonly warned = new Set<Setting>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly environment: WorkerEnvironment,
  ) {}

  /** @returns how many rows were deleted or redacted */
  async apply(): Promise<number> {
    let rows = 0;
    for (const [setting, step] of STEPS) {
      const days = this.environment[setting];
      if (days === 0) continue;
      rows += await this.attempt(setting, () => step(this.dataSource, this.before(days)));
    }
    return rows;
  }

  private before(days: number): Date {
    return new Date(this.clock.now() - days * DAY_MS);
  }

  /** Runs a step. If the database user lacks the privilege, warns once and lets the other steps run. */
  private async attempt(setting: Setting, step: () => Promise<number>): Promise<number> {
    try {
      return await step();
    } catch (error) {
      if (!lacksPrivilege(error)) throw error;
      if (!this.warned.has(setting)) {
        const file = setting === 'AUDIT_EVENT_DAYS' ? 'docs/sql/forget-events.sql' : 'docs/sql/service.sql';
        this.logger.warn(
          `${setting} is ${this.environment[setting]}, but the database user lacks the privilege: apply the grants in ${file}`,
        );
      }
      this.warned.add(setting);
      return 0;
    }
  }
}

/** Sets a mark before deleting: the integrity check must not report deleted notifications as missing. */
async function deleteSinceMark(dataSource: DataSource, before: Date): Promise<number> {
  const done = await readMark(dataSource, 'notifications_done');
  const from = new Date(Math.max(0, done.getTime() - LOOK_BACK_MS));
  await setMark(dataSource, 'notifications_from', before);
  const deleted = await deleteNotificationsOfBookings(dataSource, { from, before });
  await setMark(dataSource, 'notifications_done', before);
  return deleted;
}

/** The mark saves reading the same events in each run. */
async function forgetSinceMark(dataSource: DataSource, before: Date): Promise<number> {
  const after = await readMark(dataSource, 'addresses_done');
  const reached = (last: Date): Promise<void> => setMark(dataSource, 'addresses_done', last);
  return forgetAddresses(dataSource, { after, before }, reached);
}
