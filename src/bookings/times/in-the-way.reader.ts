import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findExceptionsOfDoctors, findWindowsOfDoctors } from '../../availability/day-facts.repository.js';
import { query } from '../../database/statement.js';
import { joinDoctor } from '../../doctors/doctor.sql.js';
import type { RuleCode } from '../../errors/rules.js';
import { joinPatient } from '../../patients/patient.sql.js';
import { addDays } from '../../time/clinic-time.js';
import { DESK_COLUMNS, IS_LIVE, joinBooking, WITH_ACCOUNTS } from '../booking.sql.js';
import type { DeskBooking } from '../desk-booking.js';
import type { DayException } from '../desk-day.js';
import {
  type EvaluatedTime,
  type InTheWay,
  isBookingInTheWay,
  isExceptionInTheWay,
  type NearBooking,
} from './in-the-way.js';

const MINUTE_MS = 60_000;
const LONGEST_MS = 480 * MINUTE_MS;
/** The most bookings to look at, and to show. */
const [MOST_NEAR, MOST_SHOWN] = [1_000, 100];

/** Reads what stands in the way of a requested time: at most a statement for each kind, and one for the next date. */
@Injectable()
export class InTheWayReader {
  constructor(private readonly dataSource: DataSource) {}

  /** @param violated the rules that do not hold: only what they are about is read */
  async read(time: EvaluatedTime, violated: readonly RuleCode[]): Promise<InTheWay> {
    const { doctorId, day } = time;
    const isViolated = (...rules: RuleCode[]): boolean => rules.some((rule) => violated.includes(rule));
    return {
      bookings: isViolated('TAKEN', 'BUFFER', 'PATIENT_BUSY') ? await this.bookings(time) : [],
      windows: isViolated('OUTSIDE_AVAILABILITY', 'OFF_GRID')
        ? await findWindowsOfDoctors(this.dataSource, [doctorId], day.date)
        : [],
      exceptions: isViolated('EXCEPTION') ? await this.exceptions(time) : [],
    };
  }

  private async bookings(time: EvaluatedTime): Promise<DeskBooking[]> {
    const { doctorId, patientId, appointment, day } = time;
    const near = await query<NearBooking>(
      this.dataSource,
      `/* find-bookings-in-the-way */
       SELECT ${DESK_COLUMNS}, b.buffer_before AS bufferBefore, b.buffer_after AS bufferAfter
       FROM (SELECT id FROM bookings WHERE doctor_id = ? AND date BETWEEN ? AND ? AND ${IS_LIVE}
             UNION SELECT id FROM bookings WHERE patient_id = ? AND starts_at > ? AND starts_at < ? AND ${IS_LIVE}) near
       ${joinBooking('near.id')} ${joinDoctor('b.doctor_id')} ${joinPatient('b.patient_id')} ${WITH_ACCOUNTS}
       ORDER BY b.starts_at, b.id LIMIT ${MOST_NEAR}`,
      [
        ...[doctorId, addDays(day.date, -1), addDays(day.date, 1)],
        ...[patientId, new Date(appointment.start - LONGEST_MS), new Date(appointment.end)],
      ],
    );
    return near.filter((booking) => isBookingInTheWay(booking, time)).slice(0, MOST_SHOWN);
  }

  private async exceptions(time: EvaluatedTime): Promise<DayException[]> {
    const { doctorId, day, appointment } = time;
    const dates = appointment.end > day.interval.end ? [day.date, addDays(day.date, 1)] : [day.date];
    const found: DayException[] = [];
    for (const date of dates)
      found.push(...(await findExceptionsOfDoctors(this.dataSource, [doctorId], date)));
    return found.filter((each) => isExceptionInTheWay(each, time));
  }
}
