import { ApiProperty } from '@nestjs/swagger';
import { ApiDate, ApiEndTime, ApiId, ApiTime } from '../http/api-properties.js';
import { CursorField, LimitField, LISTED_BY_DEFAULT } from '../http/cursor.js';
import { BooleanField, FromText, IdField } from '../http/fields.js';
import { DateField, EndTimeField, TimeField, WallStartField } from '../http/time-fields.js';
import type { AvailabilityException } from './availability-exception.entity.js';

export class AddExceptionDto {
  @DateField()
  date!: string;

  @BooleanField({
    optional: true,
    description: 'true blocks the whole date; omit both times then',
    example: false,
  })
  is_full_day?: boolean;

  @TimeField({ optional: true, example: '12:00' })
  start_time?: string;

  @EndTimeField({ optional: true, example: '14:00', description: '24:00 is the end of the day' })
  end_time?: string;

  @IdField({
    optional: true,
    description: 'Required from the desk; doctors add to their own',
    example: undefined,
  })
  doctor_id?: number;
}

export class ExceptionsQuery {
  @FromText()
  @IdField({
    optional: true,
    description: 'The id of the last exception of the previous page; use the link to the next page',
  })
  after?: number;

  @WallStartField({ optional: true, description: 'The start of that exception; 00:00 for a full day' })
  after_start?: string;
}

export class DoctorExceptionsQuery {
  @FromText()
  @IdField()
  doctor_id!: number;

  @FromText()
  @LimitField()
  limit: number = LISTED_BY_DEFAULT;

  @CursorField()
  cursor?: string;
}

export class ExceptionDto {
  @ApiId()
  id!: number;

  @ApiId()
  doctor_id!: number;

  @ApiDate()
  date!: string;

  @ApiTime({ example: '12:00', nullable: true, description: 'null for a full day' })
  start_time!: string | null;

  @ApiEndTime({ example: '14:00', nullable: true, description: 'null for a full day' })
  end_time!: string | null;

  @ApiProperty({ example: false })
  is_full_day!: boolean;

  static from(exception: Omit<AvailabilityException, 'dayVersion'>): ExceptionDto {
    return {
      id: exception.id,
      doctor_id: exception.doctorId,
      date: exception.date,
      start_time: exception.startTime?.slice(0, 5) ?? null,
      end_time: exception.endTime?.slice(0, 5) ?? null,
      is_full_day: exception.startTime === null,
    };
  }
}
