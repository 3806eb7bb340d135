import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { unknownType } from '../appointment-types/appointment-type.refusals.js';
import { AppointmentTypesService } from '../appointment-types/appointment-types.service.js';
import type { Particulars } from '../audit/audit-trail.js';
import { worksAtClinic } from '../auth/role.js';
import { Changes } from '../outbox/changes.js';
import { accountKey, Bulkhead, scheduleKey } from '../database/bulkhead.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../errors/domain-error.js';
import type { Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { AvailabilityWindow } from './availability-window.entity.js';
import {
  findWindowsOf,
  findWindowsOfWeekday,
  insertWindow,
  insertWindows,
  type NewWindow,
} from './availability-window.repository.js';
import { lockSchedule } from './day-lock.repository.js';
import { overlap, typesOf } from './window-overlap.js';

/** Per doctor and weekday: keeps the windows that each slot query reads few. */
const MAX_WINDOWS_PER_WEEKDAY = 50;

/** Times are HH:MM in the doctor's time zone. Without restrictions it is valid on all dates and for every request. */
export interface WindowOfDoctor extends Pick<NewWindow, 'dayOfWeek' | 'startTime' | 'endTime'> {
  /** YYYY-MM-DD, inclusive, like `validUntil`. */
  readonly validFrom?: string | null | undefined;
  readonly validUntil?: string | null | undefined;
  /** Only for these types. */
  readonly typeIds?: readonly number[] | null | undefined;
}

/** Doctors' weekly windows. Changing them leaves existing bookings as they are. */
@Injectable()
export class AvailabilityService implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly doctors: DoctorsService,
    private readonly types: AppointmentTypesService,
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
   * The same, as the actor may see them: to visitors and patients, windows and types only exist if they serve types that
   * exist for them.
   *
   * @throws NotFound DOCTOR_NOT_FOUND
   */
  async ofDoctorFor(context: Context, doctorId: number): Promise<AvailabilityWindow[]> {
    const windows = await this.ofDoctor(doctorId);
    if (worksAtClinic(context.actor.role) || windows.every(({ typeIds }) => typeIds === null)) return windows;
    const visible = new Set((await this.types.list(context)).map(({ id }) => id));
    return windows.flatMap((window) => {
      const types = typesOf(window);
      if (!types) return [window];
      const seen = types.filter((id) => visible.has(id));
      return seen.length === 0 ? [] : [{ ...window, typeIds: seen.join(',') }];
    });
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

  /** @throws Refusal WINDOW_REVERSED, WINDOW_DATES_REVERSED, UNKNOWN_TYPE, WINDOW_OVERLAPS, TOO_MANY_WINDOWS */
  async add(context: Context, doctorId: number, window: WindowOfDoctor): Promise<AvailabilityWindow> {
    const work = async (tx: EntityManager): Promise<AvailabilityWindow> => {
      assertInOrder(window);
      await this.assertTypesExist(tx, window.typeIds ?? []);
      await lockSchedule(tx, doctorId);
      const stored = asStored(doctorId, window);
      await assertFits(tx, stored);
      const added = await insertWindow(tx, stored);
      await this.changes.record(context, tx, {
        action: 'window.added',
        subjectId: added.id,
        particulars: particularsOf(stored),
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

  /** @throws Refusal UNKNOWN_TYPE */
  private async assertTypesExist(tx: EntityManager, typeIds: readonly number[]): Promise<void> {
    const unknown = await this.types.findUnknown(tx, typeIds);
    if (unknown !== undefined) throw unknownType(unknown, 'type_ids');
  }
}

/** @throws Refusal WINDOW_REVERSED, WINDOW_DATES_REVERSED */
function assertInOrder({ startTime, endTime, validFrom, validUntil }: WindowOfDoctor): void {
  if (startTime >= endTime) throw new Refusal('WINDOW_REVERSED', 'start_time must be before end_time');
  if (validFrom && validUntil && validFrom > validUntil)
    throw new Refusal('WINDOW_DATES_REVERSED', 'valid_from must not be after valid_until');
}

function asStored(doctorId: number, window: WindowOfDoctor): NewWindow {
  const { dayOfWeek, startTime, endTime, validFrom = null, validUntil = null, typeIds } = window;
  const types = typeIds ? [...typeIds].sort((one, other) => one - other).join(',') : null;
  return { doctorId, dayOfWeek, startTime, endTime, validFrom, validUntil, typeIds: types };
}

function notFound(): Refusal {
  return new Refusal('AVAILABILITY_NOT_FOUND', 'Availability not found');
}

/** @throws Refusal WINDOW_OVERLAPS, TOO_MANY_WINDOWS */
async function assertFits(tx: EntityManager, window: NewWindow): Promise<void> {
  const others = await findWindowsOfWeekday(tx, window.doctorId, window.dayOfWeek);
  if (others.length >= MAX_WINDOWS_PER_WEEKDAY) throw tooMany();
  if (!others.some((other) => overlap(window, other))) return;
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

function particularsOf({ doctorId, dayOfWeek, startTime, endTime, ...rest }: NewWindow): Particulars {
  return {
    ...{ doctor_id: doctorId, day_of_week: dayOfWeek, start_time: startTime, end_time: endTime },
    ...(rest.validFrom !== null && { valid_from: rest.validFrom }),
    ...(rest.validUntil !== null && { valid_until: rest.validUntil }),
    ...(rest.typeIds !== null && { type_ids: rest.typeIds }),
  };
}

const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];

async function insertDefaultWeek(tx: EntityManager, doctorId: number): Promise<void> {
  const times = { startTime: '09:00', endTime: '17:00' };
  await insertWindows(
    tx,
    MONDAY_TO_FRIDAY.map((dayOfWeek) => asStored(doctorId, { dayOfWeek, ...times })),
  );
}
