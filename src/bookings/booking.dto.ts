import { ApiProperty } from '@nestjs/swagger';
import { ApiDate, ApiId, ApiInstant, ApiInteger, ApiTime } from '../http/api-properties.js';
import { EXAMPLE_END, EXAMPLE_START, EXAMPLE_TIMEZONE } from '../time/example-date.js';
import { isoIn } from '../time/zone-offset.js';
import { FromText, IdField, LARGEST_ID } from '../http/fields.js';
import { DateField, DurationField, TimeField } from '../http/time-fields.js';
import type { ListedBooking } from './booking.js';
import { changeOf, type RequestedTime } from './booking.refusals.js';

const MINUTE_MS = 60_000;

export class AvailableSlotsQuery {
  @FromText()
  @IdField()
  doctor_id!: number;

  @DateField()
  date!: string;

  @FromText()
  @DurationField({ optional: true, default: 30 })
  duration: number = 30;
}

export class BookDto {
  @IdField()
  doctor_id!: number;

  @DateField({ description: "The doctor's local date" })
  date!: string;

  @TimeField({ description: "The doctor's local time" })
  time!: string;

  @DurationField({ optional: true, description: 'Minutes' })
  duration: number = 30;
}

export class RescheduleDto {
  @DateField({ optional: true, description: "The doctor's local date" })
  date?: string;

  @TimeField({ optional: true, description: "The doctor's local time", example: '11:00' })
  time?: string;

  @DurationField({ optional: true, example: 45 })
  duration?: number;

  /** @throws Refusal NOTHING_TO_CHANGE */
  toChange(): Partial<RequestedTime> {
    return changeOf({ date: this.date, time: this.time, durationMinutes: this.duration });
  }
}

export class BookingDto {
  @ApiId({ example: 101 })
  id!: number;

  @ApiId()
  doctor_id!: number;

  @ApiId({ example: 12, description: "The patient's account" })
  user_id!: number;

  @ApiDate({ description: "The doctor's local date" })
  date!: string;

  @ApiTime({ description: "The doctor's local time" })
  time!: string;

  @ApiInteger(1, 480, { example: 30, description: 'Minutes' })
  duration!: number;

  @ApiProperty({ enum: ['booked', 'cancelled'], example: 'booked' })
  status!: string;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  @ApiProperty({ example: EXAMPLE_TIMEZONE, description: "The doctor's time zone" })
  timezone!: string;

  @ApiInstant({ example: EXAMPLE_START })
  starts_at!: string;

  @ApiInstant({ example: EXAMPLE_END })
  ends_at!: string;

  static from(booking: ListedBooking): BookingDto {
    const { timezone, startsAt, durationMinutes } = booking;
    return {
      id: booking.id,
      doctor_id: booking.doctorId,
      user_id: booking.patientId,
      date: booking.date,
      time: booking.time,
      duration: durationMinutes,
      status: booking.status,
      version: booking.version,
      timezone,
      starts_at: isoIn(timezone, startsAt),
      ends_at: isoIn(timezone, startsAt + durationMinutes * MINUTE_MS),
    };
  }
}
