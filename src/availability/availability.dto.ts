import { ApiProperty } from '@nestjs/swagger';
import { ApiDate, ApiEndTime, ApiId, ApiInteger, ApiTime } from '../http/api-properties.js';
import {
  field,
  type FieldOptions,
  FromText,
  IdField,
  IntegerField,
  isWholeNumber,
  LARGEST_ID,
} from '../http/fields.js';
import { DateField, EndTimeField, TimeField } from '../http/time-fields.js';
import type { AvailabilityWindow } from './availability-window.entity.js';
import type { WindowOfDoctor } from './availability.service.js';
import { typesOf } from './window-overlap.js';

const MOST_TYPES = 50;
const FROM = 'The first date on which it is valid; null for no first date';
const UNTIL = 'The last date on which it is valid; null for no last date';
const TYPES = 'Only for bookings of these appointment types; null for all bookings';
const TYPE_IDS = {
  type: 'array',
  items: { type: 'integer', minimum: 1, maximum: LARGEST_ID },
  minItems: 1,
  maxItems: MOST_TYPES,
} as const;

/** The types that a window serves, each once. */
function TypeIdsField(options: FieldOptions): PropertyDecorator {
  const message = `must be a list of 1 to ${MOST_TYPES} ids of appointment types, each once`;
  return field(options, TYPE_IDS, message, (value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > MOST_TYPES) return false;
    return value.every((id) => isWholeNumber(id, 1, LARGEST_ID)) && new Set(value).size === value.length;
  });
}

export class AddWindowDto {
  @IntegerField(0, 6, { description: '0 Sunday to 6 Saturday', example: 6 })
  day_of_week!: number;

  @TimeField({ example: '09:00' })
  start_time!: string;

  @EndTimeField({ example: '13:00', description: '24:00 is the end of the day' })
  end_time!: string;

  @IdField({
    optional: true,
    description: 'Required from the desk; doctors add to their own',
    example: undefined,
  })
  doctor_id?: number;

  @DateField({ optional: true, nullable: true, description: FROM, example: undefined })
  valid_from?: string | null;

  @DateField({ optional: true, nullable: true, description: UNTIL, example: undefined })
  valid_until?: string | null;

  @TypeIdsField({ optional: true, nullable: true, description: TYPES, example: undefined })
  type_ids?: number[] | null;

  toWindow(): WindowOfDoctor {
    const { day_of_week: dayOfWeek, start_time: startTime, end_time: endTime } = this;
    const { valid_from: validFrom, valid_until: validUntil, type_ids: typeIds } = this;
    return { dayOfWeek, startTime, endTime, validFrom, validUntil, typeIds };
  }
}

export class DoctorIdParams {
  @FromText()
  @IdField()
  doctor_id!: number;
}

export class WindowDto {
  @ApiId()
  id!: number;

  @ApiId()
  doctor_id!: number;

  @ApiInteger(0, 6, { example: 1, description: '0 Sunday to 6 Saturday' })
  day_of_week!: number;

  @ApiTime({ example: '09:00' })
  start_time!: string;

  @ApiEndTime()
  end_time!: string;

  @ApiDate({ nullable: true, example: null, description: FROM })
  valid_from!: string | null;

  @ApiDate({ nullable: true, example: null, description: UNTIL })
  valid_until!: string | null;

  @ApiProperty({ ...TYPE_IDS, nullable: true, example: null, description: TYPES })
  type_ids!: number[] | null;

  static from(window: AvailabilityWindow): WindowDto {
    const types = typesOf(window);
    return {
      id: window.id,
      doctor_id: window.doctorId,
      day_of_week: window.dayOfWeek,
      start_time: window.startTime.slice(0, 5),
      end_time: window.endTime.slice(0, 5),
      valid_from: window.validFrom,
      valid_until: window.validUntil,
      type_ids: types ? [...types] : null,
    };
  }
}
