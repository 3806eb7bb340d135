import { ApiProperty } from '@nestjs/swagger';
import { InstantField } from '../http/instant-field.js';
import { shownAddress } from '../config/mail-address.js';
import { BooleanField, FromText, IntegerField, LARGEST_ID } from '../http/fields.js';
import { DateField } from '../http/time-fields.js';
import { BookingDto } from './booking.dto.js';
import type { DoctorsBooking, PatientsBooking } from './booking-list.reader.js';
import type { PageFilter } from './booking-lists.service.js';

/** The largest page, and the default. */
const MAX_LISTED = 1000;

export class BookingListQuery {
  @FromText()
  @BooleanField({
    optional: true,
    default: false,
    description: 'true also lists cancelled bookings',
    example: false,
  })
  include_cancelled: boolean = false;

  // No example: Swagger UI would fill it in, and the list would lack what a reader tries to find.
  @DateField({ optional: true, description: 'Only bookings on or after this date', example: undefined })
  from?: string;

  @DateField({ optional: true, description: 'Only bookings on or before this date', example: undefined })
  to?: string;

  @FromText()
  @IntegerField(1, MAX_LISTED, {
    optional: true,
    default: MAX_LISTED,
    description: `At most so many bookings. If there are more, \`Link: <...>; rel="next"\` leads to the next page`,
    example: 100,
  })
  limit: number = MAX_LISTED;

  @FromText()
  @IntegerField(1, LARGEST_ID, {
    optional: true,
    description:
      'The id of the last booking on the previous page: the list continues from where that booking stood on the page',
  })
  after?: number;

  @InstantField({
    optional: true,
    description: 'The start of that booking on that page; the link to the next page contains it',
    example: undefined,
  })
  after_start?: string;

  toFilter(): PageFilter {
    const { include_cancelled: includeCancelled, from, to, limit, after } = this;
    const afterStart = this.after_start === undefined ? undefined : Date.parse(this.after_start);
    const isPaged = limit < MAX_LISTED || after !== undefined;
    return { includeCancelled, from, to, limit, isPaged, after, afterStart };
  }
}

/** A booking as its patient sees it. */
export class PatientsBookingDto extends BookingDto {
  @ApiProperty({ example: 'Dr. Ana Ruiz' })
  doctor_name!: string;

  @ApiProperty({ example: 'Cardiology' })
  specialty!: string;

  static of(booking: PatientsBooking): PatientsBookingDto {
    return { ...BookingDto.from(booking), doctor_name: booking.doctorName, specialty: booking.specialty };
  }
}

/** A booking as its doctor sees it. */
export class DoctorsBookingDto extends BookingDto {
  @ApiProperty({
    type: String,
    example: 'patient@clinica.example',
    nullable: true,
    description: 'The address that emails about it go to, if there is one',
  })
  patient_email!: string | null;

  static of(booking: DoctorsBooking): DoctorsBookingDto {
    return {
      ...BookingDto.from(booking),
      patient_email: booking.patientEmail && shownAddress(booking.patientEmail),
    };
  }
}
