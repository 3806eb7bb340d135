import { ApiProperty } from '@nestjs/swagger';
import { ApiDate, ApiId, ApiInstant, ApiInteger, ApiTime } from '../http/api-properties.js';
import { EXAMPLE_END, EXAMPLE_START, EXAMPLE_TIMEZONE } from '../time/example-date.js';
import { isoIn } from '../time/zone-offset.js';
import { BooleanField, ChoiceField, FromText, IdField, LARGEST_ID } from '../http/fields.js';
import { DateField, DurationField, TimeField } from '../http/time-fields.js';
import {
  BOOKING_STATUSES,
  type BookingStatus,
  type ListedBooking,
  type Override,
  revisionOf,
} from './booking.js';
import { nothingToChange } from './booking.refusals.js';
import { NoteField, OverrideField, ReasonField } from './booking-fields.js';
import type { NewBooking } from './bookings.service.js';
import type { BookingChange } from './rescheduling.service.js';

const MINUTE_MS = 60_000;
/** Describes what only the desk may send. */
const FOR_DESK = 'Only for the desk';

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

  @IdField({ optional: true, description: "By default the account's own patient", example: undefined })
  patient_id?: number;

  @NoteField({ optional: true })
  note?: string;

  @BooleanField({ optional: true, description: FOR_DESK, example: undefined })
  notify?: boolean;

  @OverrideField({ optional: true, description: FOR_DESK })
  override?: Override;

  toBooking(): NewBooking {
    const { doctor_id: doctorId, date, time, duration: durationMinutes } = this;
    const { patient_id: patientId, note, notify: isNotifying, override } = this;
    return { doctorId, date, time, durationMinutes, patientId, note, isNotifying, override };
  }
}

export class RescheduleDto {
  @DateField({ optional: true, description: "The doctor's local date" })
  date?: string;

  @TimeField({ optional: true, description: "The doctor's local time", example: '11:00' })
  time?: string;

  @DurationField({ optional: true, example: 45 })
  duration?: number;

  @IdField({ optional: true, description: FOR_DESK, example: undefined })
  doctor_id?: number;

  @NoteField({ optional: true, description: FOR_DESK })
  note?: string;

  @BooleanField({ optional: true, description: FOR_DESK, example: undefined })
  notify?: boolean;

  @OverrideField({ optional: true, description: FOR_DESK })
  override?: Override;

  /** @throws Refusal NOTHING_TO_CHANGE */
  toChange(): BookingChange {
    const { date, time, duration: durationMinutes, doctor_id: doctorId, note } = this;
    const changes = [date, time, durationMinutes, doctorId, note];
    if (changes.every((field) => field === undefined)) throw nothingToChange();
    const { override, notify: isNotifying } = this;
    return { date, time, durationMinutes, doctorId, note, override, isNotifying };
  }
}

export class CancelDto {
  @ReasonField({ optional: true, description: 'Required from the desk and the doctor. The email names it' })
  reason?: string;

  @BooleanField({ optional: true, description: 'false sends no email. Not for patients', example: undefined })
  notify?: boolean;
}

export class SetStatusDto {
  @ChoiceField(BOOKING_STATUSES, { example: 'arrived' })
  status!: BookingStatus;

  @ReasonField({ optional: true, description: 'Required for a step back' })
  reason?: string;
}

export class BookingPatientDto {
  @ApiId({ example: 31 })
  id!: number;

  @ApiProperty({ type: String, example: 'Lucía', nullable: true })
  given_name!: string | null;

  @ApiProperty({ type: String, example: 'Romero', nullable: true })
  family_name!: string | null;
}

export class BookedByDto {
  @ApiId({ example: 12, nullable: true, description: 'null if the service booked' })
  account_id!: number | null;

  @ApiProperty({ example: 'user' })
  role!: string;
}

export class CancelledByDto {
  @ApiProperty({ example: 'staff' })
  role!: string;
}

export class BookingDto {
  @ApiId({ example: 101 })
  id!: number;

  @ApiId()
  doctor_id!: number;

  @ApiId({ example: 12, nullable: true, description: "The patient's account, if there is one" })
  user_id!: number | null;

  @ApiProperty({ type: BookingPatientDto })
  patient!: BookingPatientDto;

  @ApiDate({ description: "The doctor's local date" })
  date!: string;

  @ApiTime({ description: "The doctor's local time" })
  time!: string;

  @ApiInteger(1, 480, { example: 30, description: 'Minutes' })
  duration!: number;

  @ApiProperty({ enum: BOOKING_STATUSES, example: 'booked' })
  status!: string;

  @ApiProperty({ type: String, example: null, nullable: true })
  note!: string | null;

  @ApiProperty({ example: false, description: 'Whether the desk let it overlap another booking' })
  overbooked!: boolean;

  @ApiProperty({ type: BookedByDto })
  booked_by!: BookedByDto;

  @ApiProperty({ type: CancelledByDto, nullable: true })
  cancelled_by!: CancelledByDto | null;

  @ApiProperty({ type: String, example: null, nullable: true })
  cancel_reason!: string | null;

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
      user_id: booking.accountId,
      patient: {
        id: booking.patientId,
        given_name: booking.givenName,
        family_name: booking.familyName,
      },
      date: booking.date,
      time: booking.time,
      duration: durationMinutes,
      status: booking.status,
      note: booking.note,
      overbooked: Boolean(booking.isOverbooked),
      booked_by: { account_id: booking.bookedBy, role: booking.bookedByRole },
      cancelled_by: booking.cancelledByRole === null ? null : { role: booking.cancelledByRole },
      cancel_reason: booking.cancelReason,
      version: revisionOf(booking),
      timezone,
      starts_at: isoIn(timezone, startsAt),
      ends_at: isoIn(timezone, startsAt + durationMinutes * MINUTE_MS),
    };
  }
}
