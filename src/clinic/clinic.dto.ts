import { ApiProperty } from '@nestjs/swagger';
import { isISO31661Alpha2 } from 'class-validator';
import { CLINIC_PHONE_NUMBER } from '../config/clinic.environment.js';
import { ApiInteger } from '../http/api-properties.js';
import { BooleanField, field, type FieldOptions, LARGEST_ID } from '../http/fields.js';
import { LineField } from '../http/text-fields.js';
import type { Clinic, ClinicChange } from './clinic.service.js';
import { ApiBookingLimit, BookingLimitField } from './limit-fields.js';

const CONFIGURED = "null for the configuration's";
const NO_LIMIT = 'null for no limit';
const HORIZON = "How many days ahead patients can book, on the doctor's calendar";
const NOTICE = 'How many minutes before the start patients must book';
const CUTOFF = 'Until how many minutes before the start patients can reschedule and cancel';
const LIVE = 'How many bookings of one patient may lie ahead';
const TYPE_REQUIRED = 'Whether patients must name an appointment type';
const ONE_PLACE = 'Whether no booking may overlap another of the same patient';
const PUBLIC = 'Whether available slots need no token';
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

export class ChangeClinicDto {
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

  @BookingLimitField('horizon_days', { description: `${HORIZON}; ${NO_LIMIT}`, example: 365 })
  horizon_days?: number | null;

  @BookingLimitField('min_notice_minutes', { description: `${NOTICE}; ${NO_LIMIT}`, example: 0 })
  min_notice_minutes?: number | null;

  @BookingLimitField('cancel_cutoff_minutes', { description: `${CUTOFF}; ${NO_LIMIT}`, example: 0 })
  cancel_cutoff_minutes?: number | null;

  @BookingLimitField('max_live_bookings', { description: `${LIVE}; ${NO_LIMIT}`, example: 50 })
  max_live_bookings?: number | null;

  @BooleanField({ optional: true, description: TYPE_REQUIRED, example: false })
  type_required?: boolean;

  @BooleanField({ optional: true, description: ONE_PLACE, example: false })
  one_place_at_a_time?: boolean;

  @BooleanField({ optional: true, description: PUBLIC, example: false })
  public_availability?: boolean;

  toChange(): ClinicChange {
    const { name, address, phone, country } = this;
    return {
      ...{ name, address, phone, country },
      horizonDays: this.horizon_days,
      minNoticeMinutes: this.min_notice_minutes,
      cancelCutoffMinutes: this.cancel_cutoff_minutes,
      maxLiveBookings: this.max_live_bookings,
      typeRequired: bit(this.type_required),
      onePlaceAtATime: bit(this.one_place_at_a_time),
      publicAvailability: bit(this.public_availability),
    };
  }
}

function bit(value: boolean | undefined): 0 | 1 | undefined {
  return value === undefined ? undefined : value ? 1 : 0;
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

  @ApiBookingLimit('horizon_days', { description: HORIZON, example: 365 })
  horizon_days!: number | null;

  @ApiBookingLimit('min_notice_minutes', { description: NOTICE, example: 0 })
  min_notice_minutes!: number | null;

  @ApiBookingLimit('cancel_cutoff_minutes', { description: CUTOFF, example: 0 })
  cancel_cutoff_minutes!: number | null;

  @ApiBookingLimit('max_live_bookings', { description: LIVE, example: 50 })
  max_live_bookings!: number | null;

  @ApiProperty({ example: false, description: TYPE_REQUIRED })
  type_required!: boolean;

  @ApiProperty({ example: false, description: ONE_PLACE })
  one_place_at_a_time!: boolean;

  @ApiProperty({ example: false, description: PUBLIC })
  public_availability!: boolean;

  @ApiInteger(1, LARGEST_ID, { example: 1, description: 'Raised by each change' })
  version!: number;

  static from(clinic: Clinic): ClinicDto {
    const { name, address, phone, country, timezone, version } = clinic;
    return {
      ...{ name, address, phone, country, timezone },
      horizon_days: clinic.horizonDays,
      min_notice_minutes: clinic.minNoticeMinutes,
      cancel_cutoff_minutes: clinic.cancelCutoffMinutes,
      max_live_bookings: clinic.maxLiveBookings,
      type_required: clinic.typeRequired === 1,
      one_place_at_a_time: clinic.onePlaceAtATime === 1,
      public_availability: clinic.publicAvailability === 1,
      version,
    };
  }
}
