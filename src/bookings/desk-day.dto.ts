import { ApiProperty } from '@nestjs/swagger';
import { WindowDto } from '../availability/availability.dto.js';
import { ExceptionDto } from '../availability/exceptions.dto.js';
import { ApiDate, ApiEndTime, ApiId, ApiInteger, ApiTime } from '../http/api-properties.js';
import { FromText, IdField, LARGEST_ID } from '../http/fields.js';
import { DateField } from '../http/time-fields.js';
import { formatWallTime } from '../time/wall-time.js';
import { BookingDto, BookingPatientDto } from './booking.dto.js';
import type { DayBooking, DayDoctor, DayOfDoctor } from './desk-day.js';
import type { Day } from './desk-day.service.js';

export class DayQuery {
  @DateField({
    optional: true,
    description: "Each doctor's local date; by default today at the clinic",
    example: undefined,
  })
  date?: string;

  @FromText()
  @IdField({ optional: true, description: 'Only this doctor', example: undefined })
  doctor_id?: number;
}

class DayDoctorDto {
  @ApiId()
  id!: number;

  @ApiProperty({ example: 'Dr. Ana Ruiz' })
  name!: string;

  @ApiProperty({ example: 'Cardiology' })
  specialty!: string;

  @ApiProperty({ example: 'Europe/Madrid' })
  timezone!: string;

  @ApiProperty({ example: true, description: 'Whether the doctor takes bookings' })
  active!: boolean;

  static from({ id, name, specialty, timezone, active }: DayDoctor): DayDoctorDto {
    return { id, name, specialty, timezone, active: active === 1 };
  }
}

class DayPatientDto extends BookingPatientDto {
  @ApiProperty({ type: String, example: '+34600000000', nullable: true })
  phone!: string | null;

  @ApiInteger(1000, 9999, { example: 1980, nullable: true })
  birth_year!: number | null;
}

class BookingFlagsDto {
  @ApiProperty({ example: true, description: 'Whether no earlier booking of the patient took place' })
  first_visit!: boolean;

  @ApiProperty({ example: false, description: 'Whether the desk let it overlap another booking' })
  overbooked!: boolean;

  @ApiProperty({ example: false, description: 'Whether there is no address that emails go to' })
  no_contact!: boolean;

  @ApiProperty({ example: false, description: 'Whether somebody has to decide what becomes of it' })
  needs_attention!: boolean;
}

class DayBookingDto extends BookingDto {
  @ApiProperty({ type: DayPatientDto })
  declare patient: DayPatientDto;

  @ApiProperty({ type: BookingFlagsDto })
  flags!: BookingFlagsDto;

  static of(booking: DayBooking): DayBookingDto {
    const shown = BookingDto.from(booking);
    const { patientPhone: phone, birthYear: birth_year } = booking;
    return {
      ...shown,
      patient: { ...shown.patient, phone, birth_year },
      flags: {
        first_visit: booking.isFirstVisit === 1,
        overbooked: shown.overbooked,
        no_contact: booking.hasAddress === 0,
        needs_attention: false,
      },
    };
  }
}

class GapDto {
  @ApiTime({ example: '09:30' })
  start_time!: string;

  @ApiEndTime({ example: '10:00' })
  end_time!: string;
}

/** How many bookings have which status. */
class StatusCountsDto {
  @ApiInteger(0, LARGEST_ID, { example: 4 })
  booked!: number;

  @ApiInteger(0, LARGEST_ID, { example: 1 })
  arrived!: number;

  @ApiInteger(0, LARGEST_ID, { example: 2 })
  fulfilled!: number;

  @ApiInteger(0, LARGEST_ID, { example: 0 })
  noshow!: number;

  @ApiInteger(0, LARGEST_ID, { example: 1 })
  cancelled!: number;
}

class DayOfDoctorDto {
  @ApiProperty({ type: DayDoctorDto })
  doctor!: DayDoctorDto;

  @ApiProperty({ type: [WindowDto] })
  windows!: WindowDto[];

  @ApiProperty({ type: 'array', items: { type: 'object' }, maxItems: 0, description: 'None at present' })
  closures!: never[];

  @ApiProperty({ type: [ExceptionDto] })
  exceptions!: ExceptionDto[];

  @ApiProperty({
    type: [DayBookingDto],
    description: 'By the instant at which they begin; cancelled ones too',
  })
  bookings!: DayBookingDto[];

  @ApiProperty({ type: [GapDto], description: 'The windows without exceptions and live bookings' })
  free!: GapDto[];

  @ApiProperty({ type: StatusCountsDto })
  counts!: StatusCountsDto;

  static from({ doctor, windows, exceptions, bookings, free, counts }: DayOfDoctor): DayOfDoctorDto {
    return {
      doctor: DayDoctorDto.from(doctor),
      windows: windows.map((window) => WindowDto.from(window)),
      closures: [],
      exceptions: exceptions.map((exception) => ExceptionDto.from(exception)),
      bookings: bookings.map((booking) => DayBookingDto.of(booking)),
      free: free.map(({ start, end }) => ({
        start_time: formatWallTime(start),
        end_time: formatWallTime(end),
      })),
      counts,
    };
  }
}

export class DayDto {
  @ApiDate()
  date!: string;

  @ApiProperty({ type: [DayOfDoctorDto], maxItems: 50, description: 'By name' })
  doctors!: DayOfDoctorDto[];

  static from({ date, doctors }: Day): DayDto {
    return { date, doctors: doctors.map((each) => DayOfDoctorDto.from(each)) };
  }
}
