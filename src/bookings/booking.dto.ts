import { ApiProperty } from '@nestjs/swagger';
import { ROLES } from '../auth/role.js';
import { ApiDate, ApiId, ApiInstant, ApiInteger, ApiTime } from '../http/api-properties.js';
import { EXAMPLE_END, EXAMPLE_START, EXAMPLE_TIMEZONE } from '../time/example-date.js';
import { isoIn } from '../time/zone-offset.js';
import { LARGEST_ID } from '../http/fields.js';
import { BOOKING_STATUSES, type ListedBooking, revisionOf } from './booking.js';

const MINUTE_MS = 60_000;

export class BookingPatientDto {
  @ApiId({ example: 31 })
  id!: number;

  @ApiProperty({ type: String, example: 'Lucía', nullable: true })
  given_name!: string | null;

  @ApiProperty({ type: String, example: 'Romero', nullable: true })
  family_name!: string | null;
}

export class BookingTypeDto {
  @ApiId({ example: 3 })
  id!: number;

  @ApiProperty({ example: 'first-visit' })
  code!: string;

  @ApiProperty({ example: 'First visit' })
  name!: string;
}

export class BookedByDto {
  @ApiId({ example: 12, nullable: true, description: 'null if the service booked' })
  account_id!: number | null;

  @ApiProperty({ enum: ROLES, example: 'user' })
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

  @ApiProperty({
    type: BookingTypeDto,
    nullable: true,
    description: 'The appointment type as it was when it was booked',
  })
  type!: BookingTypeDto | null;

  @ApiProperty({ enum: BOOKING_STATUSES, example: 'booked' })
  status!: string;

  @ApiProperty({ type: String, example: null, nullable: true })
  note!: string | null;

  @ApiProperty({ example: false, description: 'Whether the desk let it overlap another booking' })
  overbooked!: boolean;

  @ApiProperty({ type: BookedByDto })
  booked_by!: BookedByDto;

  @ApiProperty({
    type: 'object',
    properties: { role: { type: 'string', enum: [...ROLES] } },
    required: ['role'],
    selfRequired: true,
    nullable: true,
    example: null,
  })
  cancelled_by!: { role: string } | null;

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
      type: typeOf(booking),
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

function typeOf({ typeId, typeCode, typeName }: ListedBooking): BookingTypeDto | null {
  return typeId === null ? null : { id: typeId, code: typeCode!, name: typeName! };
}
