import { ApiProperty } from '@nestjs/swagger';
import { BooleanField, DateField, FromText, IntegerField } from '../http/fields.js';
import { BookingDto } from './booking.dto.js';
import type { DoctorsBooking, PatientsBooking } from './booking-lists.service.js';

export class BookingListQuery {
  @FromText()
  @BooleanField({ optional: true, description: 'true lists the cancelled ones too', example: false })
  include_cancelled: boolean = false;

  // No example: Swagger UI would fill it in, and leave out what an explorer looks for.
  @DateField({ optional: true, description: 'Only bookings on or after this date', example: undefined })
  from?: string;

  @DateField({ optional: true, description: 'Only bookings on or before this date', example: undefined })
  to?: string;

  @FromText()
  @IntegerField(1, 1000, { optional: true, description: 'At most so many; all without it', example: 100 })
  limit?: number;

  @FromText()
  @IntegerField(1, 4_294_967_295, {
    optional: true,
    description: 'The id of the last booking already seen: go on after it',
  })
  after?: number;
}

/** A booking as its patient sees it. */
export class PatientsBookingDto extends BookingDto {
  @ApiProperty({ example: 'Dr. Ana Ruiz' })
  doctor_name!: string;

  @ApiProperty({ example: 'Cardiology' })
  specialty!: string;

  static of({ booking, doctorName, specialty }: PatientsBooking): PatientsBookingDto {
    return { ...BookingDto.from(booking), doctor_name: doctorName, specialty };
  }
}

/** A booking as its doctor sees it. */
export class DoctorsBookingDto extends BookingDto {
  @ApiProperty({ example: 'patient@clinica.example' })
  patient_email!: string;

  static of({ booking, patientEmail }: DoctorsBooking): DoctorsBookingDto {
    return { ...BookingDto.from(booking), patient_email: patientEmail };
  }
}
