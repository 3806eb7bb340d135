import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { MOST_DOCTORS } from '../availability/day-facts.repository.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import { accountKey, Bulkhead } from '../database/bulkhead.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../errors/domain-error.js';
import type { AccountActor, AccountContext } from '../http/context.js';
import { dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import { unknownDoctor } from './booking.refusals.js';
import { type DayDoctor, dayOf, type DayOfDoctor } from './desk-day.js';
import { DeskDayReader, MOST_BOOKINGS } from './desk-day.reader.js';

/** A date of the clinic; each doctor's own local date. */
export interface Day {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly doctors: readonly DayOfDoctor[];
}

/** The day sheet. */
@Injectable()
export class DeskDayService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reader: DeskDayReader,
    private readonly doctors: DoctorsService,
    private readonly audit: AuditTrail,
    private readonly bulkhead: Bulkhead,
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
  ) {}

  /**
   * The day of the clinic or of one doctor. That it is read is an event.
   *
   * @param date by default today at the clinic
   * @throws Refusal UNKNOWN_DOCTOR, also for another doctor than the actor; TOO_MANY_DOCTORS
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async read(context: AccountContext, date = this.today(), doctorId?: number): Promise<Day> {
    const { actor } = context;
    return this.bulkhead.run(accountKey(actor.id), async () => {
      const doctors = await this.doctorsOf(actor, date, doctorId);
      const stored = await this.reader.read(date, doctors);
      if (!stored) throw doctorId === undefined ? tooManyDoctors() : tooManyBookings();
      const rows = stored.reduce((sum, { bookings }) => sum + bookings.length, 0);
      await this.audit.record(context, this.dataSource, 'day.read', 0, { date, rows });
      return { date, doctors: stored.map((each) => dayOf(date, each)) };
    });
  }

  private today(): string {
    return dateIn(this.environment.CLINIC_TIMEZONE, this.clock.now());
  }

  private async doctorsOf(
    actor: AccountActor,
    date: string,
    doctorId: number | undefined,
  ): Promise<DayDoctor[]> {
    if (actor.role === 'doctor') {
      const own = await this.doctors.ofAccount(actor.id);
      if (doctorId !== undefined && doctorId !== own.id) throw unknownDoctor(doctorId);
      return [own];
    }
    if (doctorId !== undefined) {
      const found = await this.reader.findDoctor(doctorId);
      if (found.length === 0) throw unknownDoctor(doctorId);
      return found;
    }
    const doctors = await this.reader.findDoctors(date);
    if (doctors.length > MOST_DOCTORS) throw tooManyDoctors();
    return doctors;
  }
}

function tooManyBookings(): Refusal {
  const message = `This doctor has more than ${MOST_BOOKINGS} bookings that day. Read them with GET /api/bookings.`;
  return new Refusal('TOO_MANY_DOCTORS', message, [{ field: 'date', message }]);
}

function tooManyDoctors(): Refusal {
  const message = `That day has more than ${MOST_DOCTORS} doctors. Name one of them in doctor_id.`;
  return new Refusal('TOO_MANY_DOCTORS', message, [{ field: 'doctor_id', message }]);
}
