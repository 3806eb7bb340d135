import { ApiProperty } from '@nestjs/swagger';
import { shownAddress } from '../config/mail-address.js';
import { ApiId } from '../http/api-properties.js';
import { IdField } from '../http/fields.js';
import { EmailField, LineField } from '../http/text-fields.js';
import { TimeZoneField } from '../http/time-zone-field.js';
import type { Profile } from './doctor.repository.js';

export class CreateDoctorDto {
  @LineField(120, { example: 'Dr. Ana Ruiz' })
  name!: string;

  @LineField(120, { example: 'Cardiology' })
  specialty!: string;

  @EmailField({ example: 'ana.ruiz@clinica.example', description: 'Contact address that patients see' })
  email!: string;

  @IdField({ description: 'An account of role doctor that has no profile yet', example: 13 })
  user_id!: number;

  @TimeZoneField({
    optional: true,
    description: "By default the clinic's. A valid time zone cannot be changed later",
  })
  timezone?: string;
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

/** A doctor's profile with its account, for admins and the doctor. */
export class DoctorDto extends PublicDoctorDto {
  @ApiId({ example: 5 })
  user_id!: number;

  @ApiProperty({ example: 'doctor@clinica.example', description: 'Address of the account' })
  user_email!: string;

  static of(doctor: Profile, userEmail: string): DoctorDto {
    return { ...PublicDoctorDto.from(doctor), user_id: doctor.userId, user_email: shownAddress(userEmail) };
  }
}
