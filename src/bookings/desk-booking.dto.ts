import { ApiProperty } from '@nestjs/swagger';
import { OVERRIDABLE_RULES } from '../errors/rules.js';
import { shownAddress } from '../config/mail-address.js';
import { BookingPatientDto } from './booking.dto.js';
import { PatientsBookingDto } from './booking-list.dto.js';
import type { DeskBooking } from './desk-booking.js';

export class DeskPatientDto extends BookingPatientDto {
  @ApiProperty({ type: String, example: '+34600000000', nullable: true })
  phone!: string | null;
}

export class OverrideDto {
  @ApiProperty({ type: [String], enum: OVERRIDABLE_RULES, example: ['TAKEN'] })
  rules!: string[];

  @ApiProperty({ example: 'As agreed with the doctor' })
  reason!: string;
}

/** A booking as the desk and its doctor see it. */
export class DeskBookingDto extends PatientsBookingDto {
  @ApiProperty({ type: DeskPatientDto })
  declare patient: DeskPatientDto;

  @ApiProperty({
    type: String,
    example: 'patient@clinica.example',
    nullable: true,
    description: 'The address that emails about it go to, if there is one',
  })
  patient_email!: string | null;

  @ApiProperty({ type: OverrideDto, nullable: true, description: 'What the desk overrode, and why' })
  override!: OverrideDto | null;

  static override of(booking: DeskBooking): DeskBookingDto {
    const { patientPhone, patientEmail, overridden, overrideReason } = booking;
    const shown = PatientsBookingDto.of(booking);
    return {
      ...shown,
      patient: { ...shown.patient, phone: patientPhone },
      patient_email: patientEmail && shownAddress(patientEmail),
      override: overridden === null ? null : { rules: overridden.split(' '), reason: overrideReason! },
    };
  }
}

export class DetailedPatientDto extends BookingPatientDto {
  @ApiProperty({
    type: String,
    example: '+34600000000',
    nullable: true,
    required: false,
    description: 'For the desk and the doctor',
  })
  phone?: string | null;
}

/** A booking as a person who may see it does. */
export class BookingDetailsDto extends PatientsBookingDto {
  @ApiProperty({ type: DetailedPatientDto })
  declare patient: DetailedPatientDto;

  @ApiProperty({
    type: String,
    example: 'patient@clinica.example',
    nullable: true,
    required: false,
    description: 'For the desk and the doctor: the address that emails about it go to, if there is one',
  })
  patient_email?: string | null;

  @ApiProperty({
    type: OverrideDto,
    nullable: true,
    required: false,
    description: 'For the desk and the doctor: what the desk overrode, and why',
  })
  override?: OverrideDto | null;
}
