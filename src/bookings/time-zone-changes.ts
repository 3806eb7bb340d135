import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isTimeZone } from '../config/time-zone.js';
import { DoctorChanges } from '../doctors/doctor-changes.service.js';
import type { Doctor } from '../doctors/doctor.entity.js';
import { Refusal } from '../errors/domain-error.js';
import { Clock } from '../time/clock.js';
import type { Booking } from './booking.js';
import { findUnfinished } from './booking.repository.js';
import { instantsMeantBy, hasInstants } from './booking-instants.js';

/**
 * Lets a doctor's time zone change only while no booking depends on it. Otherwise bookings of different dates could come
 * to overlap without sharing a row of `doctor_days` (decision 0001). An invalid zone, which earlier versions accepted,
 * may be corrected to one in which all bookings keep their instants.
 */
@Injectable()
export class TimeZoneChanges implements OnModuleInit {
  constructor(
    private readonly doctors: DoctorChanges,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.doctors.beforeNewTimeZone((tx, doctor, timezone) => this.assertMayMove(tx, doctor, timezone));
  }

  /** @throws Refusal TIME_ZONE_FIXED, BOOKINGS_AHEAD */
  private async assertMayMove(tx: EntityManager, doctor: Doctor, timezone: string): Promise<void> {
    const unfinished = await findUnfinished(tx, doctor.id, this.clock.now());
    if (unfinished.length > 0 && isTimeZone(doctor.timezone)) throw timeZoneFixed(doctor);
    const shifted = unfinished.find((booking) => !keepsInstants(booking, timezone));
    if (shifted) throw bookingsAhead(shifted, timezone);
  }
}

function keepsInstants(booking: Booking, timezone: string): boolean {
  const meant = instantsMeantBy({ ...booking, timezone });
  return meant !== undefined && hasInstants(booking, meant);
}

function timeZoneFixed({ id, timezone }: Doctor): Refusal {
  return new Refusal(
    'TIME_ZONE_FIXED',
    `The time zone of doctor ${id}, ${timezone}, cannot change before the doctor's bookings have ended. Cancel those ` +
      'ahead first, or create another profile for another place.',
  );
}

function bookingsAhead({ id, doctorId }: Booking, timezone: string): Refusal {
  return new Refusal(
    'BOOKINGS_AHEAD',
    `In ${timezone}, booking ${id} of doctor ${doctorId} would start at a different moment. Set the time zone that it was ` +
      'made in, or cancel it first.',
  );
}
