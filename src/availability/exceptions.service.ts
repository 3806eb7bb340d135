import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Changes } from '../outbox/changes.js';
import { accountKey, Bulkhead, dayKey } from '../database/bulkhead.js';
import type { Doctor } from '../doctors/doctor.entity.js';
import { dateAt } from '../doctors/doctor-time-zone.js';
import { unknownDoctor } from '../doctors/doctor.refusals.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../errors/domain-error.js';
import { type CursorPage, type Position as CursorPosition, pageWithCursor } from '../http/cursor.js';
import type { Context } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Clock } from '../time/clock.js';
import { AvailabilityException } from './availability-exception.entity.js';
import { findExceptions, insertException } from './availability-exception.repository.js';
import { lockDay } from './day-lock.repository.js';

/** Per doctor and date: keeps the exceptions that each slot query reads few. */
const MAX_EXCEPTIONS_PER_DATE = 50;

type Times = Pick<AvailabilityException, 'startTime' | 'endTime'>;

interface NewException {
  /** YYYY-MM-DD in the doctor's time zone. */
  readonly date: string;
  readonly isFullDay?: boolean;
  /** HH:MM in the doctor's time zone. */
  readonly startTime?: string;
  readonly endTime?: string;
}

/** The last exception of the previous page. */
interface Position {
  readonly after?: number | undefined;
  /** YYYY-MM-DDTHH:MM */
  readonly afterStart?: string | undefined;
}

interface Page {
  readonly exceptions: AvailabilityException[];
  /** The position of the next page; undefined on the last one. */
  readonly next?: { readonly after: number; readonly afterStart: string };
}

const PAGE_ROWS = 1_000;
/** The wall time of a position counts as if it were UTC. */
const FIRST: CursorPosition = { at: Date.parse('1000-01-01T00:00Z'), id: 0 };
const FIRST_POSITION = '1000-01-01T00:00';

/** Dates and hours that doctors block. Existing bookings stay; new ones are refused. */
@Injectable()
export class ExceptionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly bulkhead: Bulkhead,
    private readonly doctors: DoctorsService,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * A page of the signed-in doctor's exceptions, by date and start.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async ofAccount(accountId: number, { after = 0, afterStart = FIRST_POSITION }: Position): Promise<Page> {
    const [date, time] = afterStart.split('T') as [string, string];
    const position = { date, time: `${time}:00`, id: after };
    const rows = await findExceptions(this.dataSource, { accountId }, position, PAGE_ROWS + 1);
    if (rows.length === 0) await this.doctors.ofAccount(accountId);
    const exceptions = rows.slice(0, PAGE_ROWS);
    if (rows.length <= PAGE_ROWS) return { exceptions };
    const last = exceptions.at(-1)!;
    const start = last.startTime?.slice(0, 5) ?? '00:00';
    return { exceptions, next: { after: last.id, afterStart: `${last.date}T${start}` } };
  }

  /**
   * A page of a doctor's exceptions, by date and start.
   *
   * @param after the position of the last exception of the page before
   * @throws Refusal UNKNOWN_DOCTOR
   */
  async ofDoctor(
    doctorId: number,
    { after = FIRST, limit }: { after?: CursorPosition | undefined; limit: number },
  ): Promise<CursorPage<AvailabilityException>> {
    const [date, time] = new Date(after.at).toISOString().slice(0, 19).split('T') as [string, string];
    const position = { date, time, id: after.id };
    const rows = await findExceptions(this.dataSource, { doctorId }, position, limit + 1);
    if (rows.length === 0 && !(await this.doctors.find({ id: doctorId }))) throw unknownDoctor(doctorId);
    return pageWithCursor(rows, limit, ({ id, date, startTime }) => ({
      at: Date.parse(`${date}T${startTime ?? '00:00:00'}Z`),
      id,
    }));
  }

  /**
   * Adds an exception; returns the existing one if the same time is blocked already.
   *
   * @throws Refusal EXCEPTION_FORM, EXCEPTION_REVERSED, EXCEPTION_PAST, TOO_MANY_EXCEPTIONS
   */
  async add(context: Context, doctor: Doctor, exception: NewException): Promise<AvailabilityException> {
    const work = async (tx: EntityManager): Promise<AvailabilityException> => {
      const times = blockedTimes(exception);
      if (exception.date < dateAt(doctor, this.clock.now())) {
        throw new Refusal('EXCEPTION_PAST', 'This date is in the past. Block today or a later date.');
      }
      const dayVersion = await lockDay(tx, doctor.id, exception.date);
      const { date } = exception;
      const others = await tx.findBy(AvailabilityException, { doctorId: doctor.id, date });
      const same = others.find((other) => isSame(other, times));
      if (same) return same;
      if (others.length >= MAX_EXCEPTIONS_PER_DATE) throw tooMany(date);
      const added = await insertException(tx, { doctorId: doctor.id, date, ...times, dayVersion });
      await this.changes.record(context, tx, {
        action: 'exception.added',
        subjectId: added.id,
        particulars: {
          doctor_id: doctor.id,
          date,
          start_time: times.startTime,
          end_time: times.endTime,
        },
      });
      return added;
    };
    const keys = context.actor.id === null ? [] : [accountKey(context.actor.id)];
    keys.push(dayKey(doctor.id, exception.date));
    return this.bulkhead.runUnder(keys, () => this.requests.once(context, work));
  }

  /**
   * @param onlyOf the only doctor whose exception may be deleted; undefined for those of all
   * @throws Refusal EXCEPTION_NOT_FOUND, also for an exception of a doctor other than `onlyOf`
   */
  async remove(context: Context, onlyOf: number | undefined, id: number): Promise<void> {
    await this.requests.once(context, async (tx) => {
      const doctorId = onlyOf ?? (await tx.findOneBy(AvailabilityException, { id }))?.doctorId;
      const affected = doctorId && (await tx.delete(AvailabilityException, { id, doctorId })).affected;
      if (!affected) throw new Refusal('EXCEPTION_NOT_FOUND', 'Exception not found');
      await this.changes.record(context, tx, {
        action: 'exception.removed',
        subjectId: id,
        particulars: { doctor_id: doctorId },
      });
    });
  }
}

/** Compares to the minute: stored times have seconds. */
function isSame(other: Times, { startTime, endTime }: Times): boolean {
  const inMinutes = (time: string | null): string | null => time?.slice(0, 5) ?? null;
  return inMinutes(other.startTime) === startTime && inMinutes(other.endTime) === endTime;
}

function tooMany(date: string): Refusal {
  return new Refusal(
    'TOO_MANY_EXCEPTIONS',
    `${date} already has ${MAX_EXCEPTIONS_PER_DATE} exceptions. Delete some, or block a longer time at once.`,
  );
}

function blockedTimes({
  isFullDay,
  startTime,
  endTime,
}: NewException): Pick<AvailabilityException, 'startTime' | 'endTime'> {
  if (isFullDay) {
    if (startTime !== undefined || endTime !== undefined) {
      throw new Refusal(
        'EXCEPTION_FORM',
        'Send either is_full_day: true or start_time and end_time, not both.',
      );
    }
    return { startTime: null, endTime: null };
  }
  if (startTime === undefined || endTime === undefined) {
    throw new Refusal('EXCEPTION_FORM', 'start_time and end_time are required unless is_full_day is true');
  }
  if (startTime >= endTime) throw new Refusal('EXCEPTION_REVERSED', 'start_time must be before end_time');
  return { startTime, endTime };
}
