import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { look } from '../database/statement.js';
import type { Doctor } from '../doctors/doctor.entity.js';
import { DOCTOR_OF_ACCOUNT, DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../http/domain-error.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import type { KeyedRequest } from '../idempotency/keyed-request.js';
import { dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import { AvailabilityException } from './availability-exception.entity.js';
import { lockDay } from './day-lock.js';

interface NewException {
  /** YYYY-MM-DD at the doctor's. */
  readonly date: string;
  readonly isFullDay?: boolean;
  /** HH:MM at the doctor's. */
  readonly startTime?: string;
  readonly endTime?: string;
}

/** Dates and hours that doctors block. Existing bookings stay; new ones are refused. */
@Injectable()
export class ExceptionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    @InjectRepository(AvailabilityException) private readonly exceptions: Repository<AvailabilityException>,
    private readonly doctors: DoctorsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Those of the doctor who is logged in, by date and start.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async ofAccount(userId: number): Promise<AvailabilityException[]> {
    const exceptions = await look<AvailabilityException>(
      this.dataSource,
      `SELECT id, doctor_id AS doctorId, date, start_time AS startTime, end_time AS endTime, day_version AS dayVersion
       FROM exceptions WHERE doctor_id = ${DOCTOR_OF_ACCOUNT} ORDER BY date, start_time, id`,
      [userId],
    );
    if (exceptions.length === 0) await this.doctors.ofAccount(userId);
    return exceptions;
  }

  /** @throws Refusal EXCEPTION_FORM, EXCEPTION_REVERSED, EXCEPTION_PAST */
  async add(doctor: Doctor, exception: NewException, keyed?: KeyedRequest): Promise<AvailabilityException> {
    return this.requests.once(keyed, async (tx) => {
      const times = blockedTimes(exception);
      if (exception.date < dateIn(doctor.timezone, this.clock.now())) {
        throw new Refusal(
          'EXCEPTION_PAST',
          `${exception.date} is past: only today and later dates can be blocked.`,
        );
      }
      const dayVersion = await lockDay(tx, doctor.id, exception.date);
      return tx.save(
        tx.create(AvailabilityException, { doctorId: doctor.id, date: exception.date, ...times, dayVersion }),
      );
    });
  }

  /** @throws Refusal EXCEPTION_NOT_FOUND, also for another doctor's */
  async remove(doctorId: number, id: number): Promise<void> {
    const { affected } = await this.exceptions.delete({ id, doctorId });
    if (!affected) throw new Refusal('EXCEPTION_NOT_FOUND', 'Exception not found');
  }
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
