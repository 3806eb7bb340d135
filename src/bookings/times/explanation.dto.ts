import { ApiProperty } from '@nestjs/swagger';
import { WindowDto } from '../../availability/availability.dto.js';
import { ExceptionDto } from '../../availability/exceptions.dto.js';
import { type RuleCode, RULES } from '../../errors/rules.js';
import { FromText, IdField } from '../../http/fields.js';
import { DateField, DurationField, TimeField } from '../../http/time-fields.js';
import type { RequestedBooking } from '../bookable-times.js';
import { DeskBookingDto } from '../desk-booking.dto.js';
import { durationBesideType } from '../requested-type.js';
import type { Explanation } from './explanation.service.js';
import { FreeTimeDto } from './free-time.dto.js';
import type { InTheWay } from './in-the-way.js';

export class ExplainQuery {
  @FromText()
  @IdField()
  doctor_id!: number;

  @DateField({ description: "The doctor's local date" })
  date!: string;

  @TimeField({ description: "The doctor's local time" })
  time!: string;

  @FromText()
  @DurationField({ optional: true, description: 'Minutes, by default 30. Not with type_id' })
  duration?: number;

  @FromText()
  @IdField({ optional: true, description: 'An appointment type', example: undefined })
  type_id?: number;

  @FromText()
  @IdField({ optional: true, description: "By default the account's own patient", example: undefined })
  patient_id?: number;

  /** @throws Refusal VALIDATION_FAILED */
  toRequest(): RequestedBooking {
    const { doctor_id: doctorId, date, time, duration: durationMinutes } = this;
    const { type_id: typeId, patient_id: patientId } = this;
    if (typeId !== undefined && durationMinutes !== undefined) throw durationBesideType();
    return { doctorId, date, time, durationMinutes, typeId, patientId };
  }
}

export class ExplainedRuleDto {
  @ApiProperty({ enum: RULES, enumName: 'RuleCode', description: 'Stable, for programs to compare' })
  rule!: RuleCode;

  @ApiProperty({ example: true, description: 'false if it stands against the time' })
  holds!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'What is wrong and what to do, in a sentence for people; null if the rule holds',
  })
  message!: string | null;
}

export class InTheWayDto {
  @ApiProperty({
    type: [DeskBookingDto],
    description:
      'Of the doctor, those that overlap the appointment or are too close to it; of the patient, those that overlap it. At most 100',
  })
  bookings!: DeskBookingDto[];

  @ApiProperty({
    type: [WindowDto],
    description: "The doctor's windows of the date, if the appointment is outside of them or off their grid",
  })
  windows!: WindowDto[];

  @ApiProperty({ type: [ExceptionDto], description: 'Those that overlap the appointment' })
  exceptions!: ExceptionDto[];

  static from({ bookings, windows, exceptions }: InTheWay): InTheWayDto {
    return {
      bookings: bookings.map((booking) => DeskBookingDto.of(booking)),
      windows: windows.map((window) => WindowDto.from(window)),
      exceptions: exceptions.map((exception) => ExceptionDto.from(exception)),
    };
  }
}

export class ExplanationDto {
  @ApiProperty({ example: true, description: 'Whether a booking of it would be made, without an override' })
  bookable!: boolean;

  @ApiProperty({ type: [ExplainedRuleDto], description: 'All rules of a new booking, in their order' })
  rules!: ExplainedRuleDto[];

  @ApiProperty({ type: [FreeTimeDto], description: 'The three nearest later starts of the doctor' })
  next!: FreeTimeDto[];

  @ApiProperty({ type: InTheWayDto, required: false, description: 'Only for the desk' })
  in_the_way?: InTheWayDto;

  static from({ isBookable, rules, next, inTheWay }: Explanation): ExplanationDto {
    return {
      bookable: isBookable,
      rules: [...rules],
      next: next.map((time) => FreeTimeDto.from(time)),
      ...(inTheWay && { in_the_way: InTheWayDto.from(inTheWay) }),
    };
  }
}
