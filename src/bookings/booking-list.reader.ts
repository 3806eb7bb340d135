import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import type { EpochMs } from '../time/interval.js';
import {
  BOOKINGS_WITH_PEOPLE,
  IS_LIVE,
  LISTED_COLUMNS,
  MAIL_ADDRESS_OF_PATIENT,
  WITH_ACCOUNTS,
} from './booking.sql.js';
import type { ListedBooking } from './booking.js';

/** Which bookings to list; always ordered by the instant at which they begin. */
export interface ListFilter {
  readonly includeCancelled: boolean;
  /** The doctors' local dates, YYYY-MM-DD, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  /** Only bookings after this one. */
  readonly after?: number | undefined;
  /** When that booking began, on the page that it ended. */
  readonly afterStart?: EpochMs | undefined;
}

/** The condition of each list; its parameter is the actor's account. */
const OWNERS = {
  me: 'user_id = ?',
  doctor: `doctor_id = ${DOCTOR_ID_OF_ACCOUNT}`,
} as const;
export type List = keyof typeof OWNERS;

export type PatientsBooking = ListedBooking & { readonly doctorName: string; readonly specialty: string };
export type DoctorsBooking = ListedBooking & { readonly patientEmail: string | null };

/** Reads the lists of bookings, one statement each. */
@Injectable()
export class BookingListReader {
  constructor(private readonly dataSource: DataSource) {}

  ofPatient(accountId: number, filter: ListFilter): Promise<PatientsBooking[]> {
    const [where, parameters] = conditionsOf('me', accountId, filter);
    const sql = `/* list-bookings-of-patient */ SELECT ${LISTED_COLUMNS}, d.name AS doctorName, d.specialty
       FROM ${BOOKINGS_WITH_PEOPLE} WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit)}`;
    return query(this.dataSource, sql, parameters);
  }

  ofDoctor(accountId: number, filter: ListFilter): Promise<DoctorsBooking[]> {
    const [where, parameters] = conditionsOf('doctor', accountId, filter);
    const sql = `/* list-bookings-of-doctor */ SELECT ${LISTED_COLUMNS}, ${MAIL_ADDRESS_OF_PATIENT} AS patientEmail
       FROM ${BOOKINGS_WITH_PEOPLE} ${WITH_ACCOUNTS}
       WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit)}`;
    return query(this.dataSource, sql, parameters);
  }

  /** When a booking of the list begins; undefined if the list has no such booking. */
  async startOf(list: List, accountId: number, bookingId: number): Promise<EpochMs | undefined> {
    const [row] = await query<{ starts_at: Date }>(
      this.dataSource,
      `/* find-start-of-listed */ SELECT starts_at FROM bookings WHERE id = ? AND ${OWNERS[list]}`,
      [bookingId, accountId],
    );
    return row?.starts_at.getTime();
  }
}

function conditionsOf(list: List, accountId: number, filter: ListFilter): [string, unknown[]] {
  const conditions = [`b.${OWNERS[list]}`];
  const parameters: unknown[] = [accountId];
  const where = (condition: string, ...values: unknown[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (!filter.includeCancelled) where(`b.${IS_LIVE}`);
  // The instants limit what is read of the index. A date in any zone is within a day of the date in UTC.
  if (filter.from !== undefined) {
    where('b.date >= ? AND b.starts_at >= ? - INTERVAL 1 DAY', filter.from, filter.from);
  }
  if (filter.to !== undefined) {
    where('b.date <= ? AND b.starts_at < ? + INTERVAL 2 DAY', filter.to, filter.to);
  }
  if (filter.afterStart !== undefined) {
    const start = new Date(filter.afterStart);
    where('b.starts_at >= ? AND (b.starts_at > ? OR b.id > ?)', start, start, filter.after ?? 0);
  }
  return [conditions.join(' AND '), parameters];
}
