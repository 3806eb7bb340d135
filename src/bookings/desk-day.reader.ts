import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  doctorParameters,
  findExceptionsOfDoctors,
  findWindowsOfDoctors,
  IN_DOCTORS,
  MOST_DOCTORS,
} from '../availability/day-facts.repository.js';
import { query } from '../database/statement.js';
import { DOCTORS } from '../doctors/doctor.sql.js';
import { addDays } from '../time/clinic-time.js';
import {
  BOOKINGS_WITH_PEOPLE,
  IS_FIRST_VISIT,
  IS_LIVE,
  LISTED_COLUMNS,
  MAIL_ADDRESS_OF_PATIENT,
  WITH_ACCOUNTS,
} from './booking.sql.js';
import type { BookingTime, DayBooking, DayDoctor, StoredDay } from './desk-day.js';

/** More bookings than fifty doctors can have in a day, unless somebody books and cancels without end. */
export const MOST_BOOKINGS = 5_000;

const DOCTOR_COLUMNS = 'd.id, d.name, d.specialty, d.timezone, d.active';

/** Reads the day sheet: four statements, however many doctors and bookings there are. */
@Injectable()
export class DeskDayReader {
  constructor(private readonly dataSource: DataSource) {}

  /** The active doctors, and those that are inactive and have bookings on the date; one more than fit on a sheet. */
  findDoctors(date: string): Promise<DayDoctor[]> {
    return query(
      this.dataSource,
      `/* list-doctors-of-day */ SELECT ${DOCTOR_COLUMNS} FROM ${DOCTORS}
       WHERE d.active = 1 OR EXISTS (SELECT 1 FROM bookings b WHERE b.doctor_id = d.id AND b.date = ?)
       ORDER BY d.name, d.id LIMIT ${MOST_DOCTORS + 1}`,
      [date],
    );
  }

  findDoctor(id: number): Promise<DayDoctor[]> {
    return query(
      this.dataSource,
      `/* find-doctor-of-day */ SELECT ${DOCTOR_COLUMNS} FROM ${DOCTORS} WHERE d.id = ?`,
      [id],
    );
  }

  /** @returns undefined if there are more bookings than fit on a sheet */
  async read(date: string, doctors: readonly DayDoctor[]): Promise<StoredDay[] | undefined> {
    const ids = doctors.map(({ id }) => id);
    const bookings = await this.findBookings(date, ids);
    if (bookings.length > MOST_BOOKINGS) return undefined;
    const earlier = await this.findOverMidnight(addDays(date, -1), ids);
    const windows = await findWindowsOfDoctors(this.dataSource, ids, date);
    const exceptions = await findExceptionsOfDoctors(this.dataSource, ids, date);
    const [windowsOf, exceptionsOf, bookingsOf, earlierOf] = [
      byDoctor(windows),
      byDoctor(exceptions),
      byDoctor(bookings),
      byDoctor(earlier),
    ];
    return doctors.map((doctor) => ({
      doctor,
      windows: windowsOf.get(doctor.id) ?? [],
      exceptions: exceptionsOf.get(doctor.id) ?? [],
      bookings: bookingsOf.get(doctor.id) ?? [],
      fromDayBefore: earlierOf.get(doctor.id) ?? [],
    }));
  }

  private findBookings(date: string, ids: readonly number[]): Promise<DayBooking[]> {
    return query(
      this.dataSource,
      `/* list-bookings-of-day */
       SELECT ${LISTED_COLUMNS}, p.phone AS patientPhone, YEAR(p.birth_date) AS birthYear,
              ${MAIL_ADDRESS_OF_PATIENT} IS NOT NULL AS hasAddress, ${IS_FIRST_VISIT} AS isFirstVisit
       FROM ${BOOKINGS_WITH_PEOPLE} ${WITH_ACCOUNTS} WHERE b.doctor_id ${IN_DOCTORS} AND b.date = ?
       ORDER BY b.starts_at, b.id LIMIT ${MOST_BOOKINGS + 1}`,
      [...doctorParameters(ids), date],
    );
  }

  /** The live bookings of a date that end after it, or would if the clocks went forward by two hours. */
  private findOverMidnight(date: string, ids: readonly number[]): Promise<BookingTime[]> {
    return query(
      this.dataSource,
      `/* list-bookings-over-midnight */
       SELECT b.doctor_id AS doctorId, b.date, LEFT(b.start_time, 5) AS time, b.duration_minutes AS durationMinutes,
              1000 * TIMESTAMPDIFF(SECOND, '1970-01-01', b.starts_at) AS startsAt
       FROM bookings b WHERE b.doctor_id ${IN_DOCTORS} AND b.date = ? AND b.${IS_LIVE}
         AND TIME_TO_SEC(b.start_time) DIV 60 + b.duration_minutes > 1320`,
      [...doctorParameters(ids), date],
    );
  }
}

function byDoctor<T extends { readonly doctorId: number }>(rows: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const group = groups.get(row.doctorId);
    if (group) group.push(row);
    else groups.set(row.doctorId, [row]);
  }
  return groups;
}
