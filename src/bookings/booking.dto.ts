import { ApiProperty } from '@nestjs/swagger';
import { EXAMPLE_DATE } from '../http/example-date.js';
import { DateField, DurationField, FromText, IdField, TimeField } from '../http/fields.js';
import { type Booking, isoTimes } from './booking.js';
import { changeOf, type RequestedTime } from './booking.rules.js';

export class AvailableSlotsQuery {
  @FromText()
  @IdField()
  doctor_id!: number;

  @DateField()
  date!: string;

  @FromText()
  @DurationField({ optional: true })
  duration: number = 30;
}

export class BookDto {
  @IdField()
  doctor_id!: number;

  @DateField({ description: "At the doctor's" })
  date!: string;

  @TimeField({ description: "At the doctor's" })
  time!: string;

  @DurationField({ optional: true })
  duration: number = 30;
}

export class RescheduleDto {
  @DateField({ optional: true, description: "At the doctor's" })
  date?: string;

  @TimeField({ optional: true, description: "At the doctor's", example: '11:00' })
  time?: string;

  @DurationField({ optional: true, example: 45 })
  duration?: number;

  /** @throws Refusal NOTHING_TO_CHANGE */
  toChange(): Partial<RequestedTime> {
    return changeOf({ date: this.date, time: this.time, durationMinutes: this.duration });
  }
}

export class BookingDto {
  @ApiProperty({ example: 101 })
  id!: number;

  @ApiProperty({ example: 1 })
  doctor_id!: number;

  @ApiProperty({ example: 12, description: "The patient's account" })
  user_id!: number;

  @ApiProperty({ example: EXAMPLE_DATE, format: 'date', description: "At the doctor's" })
  date!: string;

  @ApiProperty({ example: '10:00', description: "At the doctor's" })
  time!: string;

  @ApiProperty({ example: 30, description: 'Minutes' })
  duration!: number;

  @ApiProperty({ enum: ['booked', 'cancelled'], example: 'booked' })
  status!: string;

  @ApiProperty({ example: 1, description: 'Raised by each change' })
  version!: number;

  @ApiProperty({ example: 'Europe/Madrid', description: "The doctor's" })
  timezone!: string;

  @ApiProperty({ example: `${EXAMPLE_DATE}T10:00:00+01:00`, format: 'date-time' })
  starts_at!: string;

  @ApiProperty({ example: `${EXAMPLE_DATE}T10:30:00+01:00`, format: 'date-time' })
  ends_at!: string;

  static from(booking: Booking): BookingDto {
    const { startsAt, endsAt } = isoTimes(booking);
    return {
      id: booking.id,
      doctor_id: booking.doctorId,
      user_id: booking.userId,
      date: booking.date,
      time: booking.time,
      duration: booking.durationMinutes,
      status: booking.status,
      version: booking.version,
      timezone: booking.timezone,
      starts_at: startsAt,
      ends_at: endsAt,
    };
  }
}
