import { ApiProperty } from '@nestjs/swagger';
import { ApiDate, ApiId, ApiInstant, ApiTime } from '../../http/api-properties.js';
import { EXAMPLE_END, EXAMPLE_START } from '../../time/example-date.js';
import { isoIn } from '../../time/zone-offset.js';
import type { FreeTime } from './free-time.js';
import type { NextTimes } from './free-times.js';

const REASONS = ['NO_WINDOWS', 'FULL'] as const;

export class FreeTimeDto {
  @ApiId()
  doctor_id!: number;

  @ApiDate({ description: "The doctor's local date" })
  date!: string;

  @ApiTime({ description: "The doctor's local time" })
  time!: string;

  @ApiInstant({ example: EXAMPLE_START })
  starts_at!: string;

  @ApiInstant({ example: EXAMPLE_END })
  ends_at!: string;

  static from({ doctorId, date, time, startsAt, endsAt, timezone }: FreeTime): FreeTimeDto {
    return {
      doctor_id: doctorId,
      date,
      time,
      starts_at: isoIn(timezone, startsAt),
      ends_at: isoIn(timezone, endsAt),
    };
  }
}

export class NextTimesDto {
  @ApiProperty({ type: [FreeTimeDto] })
  items!: FreeTimeDto[];

  @ApiProperty({
    type: String,
    enum: [...REASONS, null],
    nullable: true,
    example: null,
    description:
      'Why there are none: NO_WINDOWS if the doctors have no hours for the request on any date, else FULL. null if there are some',
  })
  reason!: (typeof REASONS)[number] | null;

  static from({ items, reason }: NextTimes): NextTimesDto {
    return { items: items.map((time) => FreeTimeDto.from(time)), reason };
  }
}
