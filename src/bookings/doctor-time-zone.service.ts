import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Sessions } from '../auth/sessions/sessions.js';
import { isTimeZone } from '../config/time-zone.js';
import type { Doctor } from '../doctors/doctor.entity.js';
import { changeTimeZone, lockDoctor } from '../doctors/doctor.repository.js';
import { NotFound, Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import type { Booking } from './booking.js';
import { findUnfinished } from './booking.repository.js';
import { instantsMeantBy, hasInstants } from './booking-instants.js';

/**
 * Corrects a doctor's invalid time zone. A valid one never changes: bookings of different dates could come to overlap
 * without sharing a row of `doctor_days` (decision 0001). Appointments can be booked in some invalid zones, such as
 * CET. One that is being booked meanwhile keeps its former instants, so correct such a zone while nobody books.
 */
@Injectable()
export class DoctorTimeZoneService {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws NotFound DOCTOR_NOT_FOUND
   * @throws Refusal TIME_ZONE_FIXED if the present one is valid
   * @throws Refusal BOOKINGS_AHEAD if a booking that has not ended would get other instants
   */
  async change(context: AccountContext, id: number, timezone: string): Promise<Doctor> {
    return this.requests.once(context, (tx) => this.changeIn(context, tx, id, timezone));
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    timezone: string,
  ): Promise<Doctor> {
    await this.sessions.lock(context, tx);
    const doctor = await lockDoctor(tx, id);
    if (!doctor) throw new NotFound('DOCTOR_NOT_FOUND', `Doctor ${id} not found.`);
    if (doctor.timezone === timezone) return doctor;
    if (isTimeZone(doctor.timezone)) throw timeZoneFixed(doctor);
    const unfinished = await findUnfinished(tx, id, this.clock.now());
    const shifted = unfinished.find((booking) => !keepsInstants(booking, timezone));
    if (shifted) throw bookingsAhead(shifted, timezone);
    await changeTimeZone(tx, id, timezone);
    await this.changes.record(context, tx, {
      action: 'doctor.changed',
      subjectId: id,
      particulars: { timezone_before: doctor.timezone, timezone },
    });
    return Object.assign(doctor, { timezone });
  }
}

function keepsInstants(booking: Booking, timezone: string): boolean {
  const meant = instantsMeantBy({ ...booking, timezone });
  return meant !== undefined && hasInstants(booking, meant);
}

function timeZoneFixed({ id, timezone }: Doctor): Refusal {
  return new Refusal(
    'TIME_ZONE_FIXED',
    `The time zone of doctor ${id} is ${timezone}, and cannot change. Create another profile for another place.`,
  );
}

function bookingsAhead({ id, doctorId }: Booking, timezone: string): Refusal {
  return new Refusal(
    'BOOKINGS_AHEAD',
    `In ${timezone}, booking ${id} of doctor ${doctorId} would start at a different moment. Set the time zone that it was ` +
      'made in, or cancel it first.',
  );
}
