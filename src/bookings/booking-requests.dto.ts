import { BooleanField, ChoiceField, FromText, IdField } from '../http/fields.js';
import { LineField } from '../http/text-fields.js';
import { DateField, DurationField, TimeField } from '../http/time-fields.js';
import { BOOKING_STATUSES, type BookingStatus, type Override } from './booking.js';
import { nothingToChange } from './booking.refusals.js';
import { ANY, DoctorOrAnyField, NoteField, OverrideField, ReasonField } from './booking-fields.js';
import { durationBesideType, type RequestedSlots, typeRequired } from './requested-type.js';
import type { NewBookingWithAny } from './times/any-doctor.js';
import { specialtyWithDoctor } from './times/any-doctor.refusals.js';
import type { NewBooking } from './bookings.service.js';
import type { BookingChange } from './booking-change.js';

/** Describes what only the desk may send. */
const FOR_DESK = 'Only for the desk';

const TYPE = 'An appointment type: it has its own duration, grid, buffers and limits.';
const LONGEST_SPECIALTY = 120;
const PATIENT = "By default the account's own patient";

export class AvailableSlotsQuery {
  @FromText()
  @IdField()
  doctor_id!: number;

  @DateField()
  date!: string;

  @FromText()
  @DurationField({ optional: true, description: 'Minutes, by default 30. Not with type_id' })
  duration?: number;

  @FromText()
  @IdField({ optional: true, description: TYPE, example: undefined })
  type_id?: number;

  @FromText()
  @IdField({ optional: true, description: PATIENT, example: undefined })
  patient_id?: number;

  /** @throws Refusal VALIDATION_FAILED */
  toRequest(): RequestedSlots {
    const { doctor_id: doctorId, date, duration: durationMinutes } = this;
    const { type_id: typeId, patient_id: patientId } = this;
    if (typeId !== undefined && durationMinutes !== undefined) throw durationBesideType();
    return { doctorId, date, durationMinutes, typeId, patientId };
  }
}

export class BookDto {
  @DoctorOrAnyField({
    description: 'With `any` and a type, of the doctors who are free the one with the least to do that day',
  })
  doctor_id!: number | typeof ANY;

  @LineField(LONGEST_SPECIALTY, {
    optional: true,
    description: 'With `any`, only doctors of this specialty',
    example: undefined,
  })
  specialty?: string;

  @DateField({ description: "The doctor's local date" })
  date!: string;

  @TimeField({ description: "The doctor's local time" })
  time!: string;

  @DurationField({ optional: true, description: 'Minutes, by default 30. Not with type_id' })
  duration?: number;

  @IdField({ optional: true, description: TYPE, example: undefined })
  type_id?: number;

  @IdField({
    optional: true,
    description: 'By default your own patient, so the desk always sends it',
    example: undefined,
  })
  patient_id?: number;

  @NoteField({ optional: true })
  note?: string;

  @BooleanField({ optional: true, description: FOR_DESK, example: undefined })
  notify?: boolean;

  @OverrideField({ optional: true, description: FOR_DESK })
  override?: Override;

  /** @throws Refusal VALIDATION_FAILED, TYPE_REQUIRED */
  toBooking(): NewBooking | NewBookingWithAny {
    const { doctor_id: doctorId, specialty, date, time, duration: durationMinutes } = this;
    const { patient_id: patientId, note, notify: isNotifying, override, type_id: typeId } = this;
    if (typeId !== undefined && durationMinutes !== undefined) throw durationBesideType();
    const booking = { date, time, patientId, note, isNotifying, override };
    if (doctorId !== ANY) {
      if (specialty !== undefined) throw specialtyWithDoctor();
      return { ...booking, doctorId, durationMinutes, typeId };
    }
    if (typeId === undefined) throw typeRequired();
    return { ...booking, typeId, doctors: { specialty } };
  }
}

export class RescheduleDto {
  @DateField({ optional: true, description: "The doctor's local date" })
  date?: string;

  @TimeField({ optional: true, description: "The doctor's local time", example: '11:00' })
  time?: string;

  @DurationField({ optional: true, example: 45 })
  duration?: number;

  @IdField({
    optional: true,
    description: `${TYPE} It takes the place of the present one`,
    example: undefined,
  })
  type_id?: number;

  @IdField({
    optional: true,
    description: `${FOR_DESK}. Date and time are then those of the new doctor's clock`,
    example: undefined,
  })
  doctor_id?: number;

  @NoteField({ optional: true, nullable: true, description: `${FOR_DESK}; null clears it` })
  note?: string | null;

  @BooleanField({ optional: true, description: FOR_DESK, example: undefined })
  notify?: boolean;

  @OverrideField({ optional: true, description: FOR_DESK })
  override?: Override;

  /** @throws Refusal NOTHING_TO_CHANGE */
  toChange(): BookingChange {
    const { date, time, duration: durationMinutes, doctor_id: doctorId, type_id: typeId, note } = this;
    const changes = [date, time, durationMinutes, typeId, doctorId, note];
    if (changes.every((field) => field === undefined)) throw nothingToChange();
    const { override, notify: isNotifying } = this;
    return { date, time, durationMinutes, typeId, doctorId, note, override, isNotifying };
  }
}

export class CancelDto {
  @ReasonField({ optional: true, description: 'Required from the desk and the doctor. The email names it' })
  reason?: string;

  @BooleanField({
    optional: true,
    description: 'Only for the desk and the doctor: false sends no email',
    example: undefined,
  })
  notify?: boolean;
}

export class SetStatusDto {
  @ChoiceField(BOOKING_STATUSES, {
    example: 'arrived',
    description: '`cancelled` is refused: cancel with `POST /api/bookings/{id}/cancel`',
  })
  status!: BookingStatus;

  @ReasonField({ optional: true, description: 'Required for a step back', example: undefined })
  reason?: string;
}
