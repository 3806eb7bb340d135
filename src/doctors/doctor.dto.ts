import { ApiProperty } from '@nestjs/swagger';
import { shownAddress } from '../config/mail-address.js';
import { ApiId, ApiInteger } from '../http/api-properties.js';
import { BooleanField, IdField, LARGEST_ID } from '../http/fields.js';
import { EmailField, LineField } from '../http/text-fields.js';
import { TimeZoneField } from '../http/time-zone-field.js';
import type { DoctorChange } from './doctor-changes.service.js';
import type { Profile } from './doctor.repository.js';

export class CreateDoctorDto {
  @LineField(120, { example: 'Dr. Ana Ruiz' })
  name!: string;

  @LineField(120, { example: 'Cardiology' })
  specialty!: string;

  @EmailField({ example: 'ana.ruiz@clinica.example', description: 'Contact address that patients see' })
  email!: string;

  @IdField({ description: 'An account of role doctor that has no profile yet', example: 16 })
  user_id!: number;

  @TimeZoneField({
    optional: true,
    description: "By default the clinic's. It can change only while no booking lies ahead",
  })
  timezone?: string;
}

export class ChangeDoctorDto {
  @LineField(120, { optional: true, example: 'Dr. Ana Ruiz' })
  name?: string;

  @LineField(120, { optional: true, example: 'Cardiology' })
  specialty?: string;

  @EmailField({ optional: true, example: 'ana.ruiz@clinica.example', description: 'Contact address' })
  email?: string;

  @BooleanField({ optional: true, description: 'false: takes no bookings, and is in no public list' })
  active?: boolean;

  @TimeZoneField({ optional: true, description: 'It can change only while no booking lies ahead' })
  timezone?: string;

  toChange(): DoctorChange {
    const { name, specialty, email, active: isActive, timezone } = this;
    return { name, specialty, email, isActive, timezone };
  }
}

/** A doctor's profile as everybody sees it. */
export class PublicDoctorDto {
  @ApiId()
  id!: number;

  @ApiProperty({ example: 'Dr. Ana Ruiz' })
  name!: string;

  @ApiProperty({ example: 'Cardiology' })
  specialty!: string;

  @ApiProperty({ example: 'ana.ruiz@clinica.example', description: 'Contact address' })
  email!: string;

  @ApiProperty({
    example: 'Europe/Madrid',
    description: 'IANA name; all dates and times of the doctor are in this time zone',
  })
  timezone!: string;

  static from({ id, name, specialty, email, timezone }: Profile): PublicDoctorDto {
    return { id, name, specialty, email: shownAddress(email), timezone };
  }
}

/** A doctor's profile with its state. */
export class DoctorProfileDto extends PublicDoctorDto {
  @ApiProperty({ example: true, description: 'Whether the doctor takes bookings' })
  active!: boolean;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  static of(doctor: Profile): DoctorProfileDto {
    return { ...PublicDoctorDto.from(doctor), active: Boolean(doctor.active), version: doctor.version };
  }
}

/** A doctor's profile with its account, for admins and the doctor. */
export class DoctorDto extends DoctorProfileDto {
  @ApiId({ example: 5 })
  user_id!: number;

  @ApiProperty({ example: 'doctor@clinica.example', description: 'Address of the account' })
  user_email!: string;

  static withAccount(doctor: Profile, userEmail: string): DoctorDto {
    return { ...DoctorProfileDto.of(doctor), user_id: doctor.userId, user_email: shownAddress(userEmail) };
  }
}
