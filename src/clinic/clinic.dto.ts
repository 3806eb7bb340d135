import { ApiProperty } from '@nestjs/swagger';
import { isISO31661Alpha2 } from 'class-validator';
import { CLINIC_PHONE_NUMBER } from '../config/clinic.environment.js';
import { ApiInteger } from '../http/api-properties.js';
import { field, type FieldOptions, LARGEST_ID } from '../http/fields.js';
import { LineField } from '../http/text-fields.js';
import type { Clinic, ClinicChange } from './clinic.service.js';

const CONFIGURED = "null for the configuration's";
const COUNTRY = /^[A-Z]{2}$/;

/** An assigned country code of ISO 3166-1. */
function CountryField(options: FieldOptions): PropertyDecorator {
  return field(
    { example: 'ES', ...options },
    { type: 'string', pattern: COUNTRY.source },
    'must be a country code of two capital letters, such as ES (ISO 3166-1 alpha-2)',
    (value) => typeof value === 'string' && COUNTRY.test(value) && isISO31661Alpha2(value),
  );
}

/** A telephone number as people write it. */
function ClinicPhoneField(options: FieldOptions): PropertyDecorator {
  return field(
    { example: '+34 912 345 678', ...options },
    { type: 'string', pattern: CLINIC_PHONE_NUMBER.source },
    'must be a telephone number such as +34 912 345 678',
    (value) => typeof value === 'string' && CLINIC_PHONE_NUMBER.test(value),
  );
}

export class ChangeClinicDto implements ClinicChange {
  @LineField(100, { optional: true, nullable: true, description: CONFIGURED, example: 'Clinica' })
  name?: string | null;

  @LineField(200, {
    optional: true,
    nullable: true,
    description: CONFIGURED,
    example: 'Calle Mayor 1, Madrid',
  })
  address?: string | null;

  @ClinicPhoneField({ optional: true, nullable: true, description: CONFIGURED })
  phone?: string | null;

  @CountryField({
    optional: true,
    nullable: true,
    description: 'The country of phone numbers without a country code',
  })
  country?: string | null;
}

export class ClinicDto {
  @ApiProperty({ example: 'Clinica' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Calle Mayor 1, Madrid' })
  address!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+34 912 345 678' })
  phone!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ES', description: 'ISO 3166-1 alpha-2' })
  country!: string | null;

  @ApiProperty({
    example: 'Europe/Madrid',
    description: 'IANA name, from the configuration. Each doctor has their own',
  })
  timezone!: string;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  static from({ name, address, phone, country, timezone, version }: Clinic): ClinicDto {
    return { name, address, phone, country, timezone, version };
  }
}
