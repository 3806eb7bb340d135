import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager, LessThan, MoreThan } from 'typeorm';
import type { Particulars } from '../audit/audit-trail.js';
import { Changes } from '../outbox/changes.js';
import { accountKey, Bulkhead, scheduleKey } from '../database/bulkhead.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../errors/domain-error.js';
import type { Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { AvailabilityWindow } from './availability-window.entity.js';
import {
  findWindowsOf,
  insertWindow,
  insertWindows,
  type NewWindow,
} from './availability-window.repository.js';
import { lockSchedule } from './day-lock.repository.js';

/** Per doctor and weekday: keeps the windows that each slot query reads few. */
const MAX_WINDOWS_PER_WEEKDAY = 50;

/** Times are HH:MM in the doctor's time zone. */
type WindowOfDoctor = Omit<NewWindow, 'doctorId'>;

/** Doctors' weekly windows. Changing them leaves existing bookings as they are. */
@Injectable()
export class AvailabilityService implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly doctors: DoctorsService,
    private readonly changes: Changes,
    private readonly bulkhead: Bulkhead,
  ) {}

  onModuleInit(): void {
    this.doctors.onCreate(insertDefaultWeek);
  }

  /**
   * The windows of a doctor, by day and start.
   *
   * @throws NotFound DOCTOR_NOT_FOUND
   */
  async ofDoctor(doctorId: number): Promise<AvailabilityWindow[]> {
    const windows = await findWindowsOf(this.dataSource, 'doctor', doctorId);
    if (windows.length === 0) await this.doctors.get(doctorId);
    return windows;
  }

  /**
   * The windows of the signed-in doctor, by day and start.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async ofAccount(accountId: number): Promise<AvailabilityWindow[]> {
    const windows = await findWindowsOf(this.dataSource, 'account', accountId);
    if (windows.length === 0) await this.doctors.ofAccount(accountId);
    return windows;
  }

  /** @throws Refusal WINDOW_REVERSED, WINDOW_OVERLAPS, TOO_MANY_WINDOWS */
  async add(context: Context, doctorId: number, window: WindowOfDoctor): Promise<AvailabilityWindow> {
    const work = async (tx: EntityManager): Promise<AvailabilityWindow> => {
      if (window.startTime >= window.endTime) {
        throw new Refusal('WINDOW_REVERSED', 'start_time must be before end_time');
      }
      await lockSchedule(tx, doctorId);
      await assertFits(tx, doctorId, window);
      const added = await insertWindow(tx, { doctorId, ...window });
      await this.changes.record(context, tx, {
        action: 'window.added',
        subjectId: added.id,
        particulars: {
          doctor_id: doctorId,
          ...particularsOf(window),
        },
      });
      return added;
    };
    return this.bulkhead.run(scheduleKey(doctorId), () => this.requests.once(context, work));
  }

  /**
   * @param onlyOf the only doctor whose window may be deleted; undefined for those of all
   * @throws Refusal AVAILABILITY_NOT_FOUND, also for a window of a doctor other than `onlyOf`
   */
  async remove(context: Context, onlyOf: number | undefined, id: number): Promise<void> {
    const work = async (tx: EntityManager): Promise<void> => {
      const doctorId = onlyOf ?? (await tx.findOneBy(AvailabilityWindow, { id }))?.doctorId;
      if (doctorId === undefined) throw notFound();
      await lockSchedule(tx, doctorId);
      const { affected } = await tx.delete(AvailabilityWindow, { id, doctorId });
      if (!affected) throw notFound();
      await this.changes.record(context, tx, {
        action: 'window.removed',
        subjectId: id,
        particulars: { doctor_id: doctorId },
      });
    };
    const key = onlyOf === undefined ? accountKey(context.actor.id!) : scheduleKey(onlyOf);
    await this.bulkhead.run(key, () => this.requests.once(context, work));
  }
}

function notFound(): Refusal {
  return new Refusal('AVAILABILITY_NOT_FOUND', 'Availability not found');
}

/** @throws Refusal WINDOW_OVERLAPS, TOO_MANY_WINDOWS */
async function assertFits(tx: EntityManager, doctorId: number, window: WindowOfDoctor): Promise<void> {
  const { dayOfWeek } = window;
  const count = await tx.countBy(AvailabilityWindow, { doctorId, dayOfWeek });
  if (count >= MAX_WINDOWS_PER_WEEKDAY) throw tooMany();
  const isOverlapping = await tx.existsBy(AvailabilityWindow, {
    doctorId,
    dayOfWeek,
    startTime: LessThan(window.endTime),
    endTime: MoreThan(window.startTime),
  });
  if (!isOverlapping) return;
  throw new Refusal(
    'WINDOW_OVERLAPS',
    'This overlaps another window of the doctor on that day. Choose other hours, or delete that window first.',
  );
}

function tooMany(): Refusal {
  return new Refusal(
    'TOO_MANY_WINDOWS',
    `This weekday already has ${MAX_WINDOWS_PER_WEEKDAY} windows. Delete some, or add a longer one.`,
  );
}

function particularsOf({ dayOfWeek, startTime, endTime }: WindowOfDoctor): Particulars {
  return { day_of_week: dayOfWeek, start_time: startTime, end_time: endTime };
}

const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];

async function insertDefaultWeek(tx: EntityManager, doctorId: number): Promise<void> {
  const times = { startTime: '09:00', endTime: '17:00' };
  await insertWindows(
    tx,
    MONDAY_TO_FRIDAY.map((dayOfWeek) => ({ doctorId, dayOfWeek, ...times })),
  );
}
