import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import type { Position } from '../http/cursor.js';
import type { BookingStatus } from './booking.js';
import { BOOKINGS_WITH_PEOPLE, DESK_COLUMNS, RELATION_COLUMNS, WITH_ACCOUNTS } from './booking.sql.js';
import type { SeenBooking } from './booking.policy.js';
import type { DeskBooking } from './desk-booking.js';

/** Which bookings to find; always ordered by the instant at which they begin. */
export interface SearchFilter {
  /** The doctors' local dates, YYYY-MM-DD, both inclusive; undefined for all dates of a patient. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly doctorId?: number | undefined;
  readonly patientId?: number | undefined;
  readonly status?: BookingStatus | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** A booking with all that may be shown of it, and the relation of the actor's account to it. */
export type DetailedBooking = DeskBooking & Pick<SeenBooking, 'isOwn' | 'isOwnDoctor'>;

/** Reads bookings for the desk, one statement each. */
@Injectable()
export class BookingSearchReader {
  constructor(private readonly dataSource: DataSource) {}

  /** One more than the limit, if there are more. */
  find(filter: SearchFilter): Promise<DeskBooking[]> {
    const [where, parameters] = conditionsOf(filter);
    const sql = `/* search-bookings */ SELECT ${DESK_COLUMNS} FROM ${BOOKINGS_WITH_PEOPLE} ${WITH_ACCOUNTS}
      WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit) + 1}`;
    return query(this.dataSource, sql, parameters);
  }

  /** @param accountId the account that the relation is to */
  async get(id: number, accountId: number): Promise<DetailedBooking | undefined> {
    const [row] = await query<DeskBooking & { is_own: 0 | 1; is_own_doctor: 0 | 1 | null }>(
      this.dataSource,
      `/* find-booking-details */ SELECT ${DESK_COLUMNS}, ${RELATION_COLUMNS}
       FROM ${BOOKINGS_WITH_PEOPLE} ${WITH_ACCOUNTS} WHERE b.id = ?`,
      [accountId, accountId, accountId, id],
    );
    return row && { ...row, isOwn: row.is_own === 1, isOwnDoctor: row.is_own_doctor === 1 };
  }
}

function conditionsOf(filter: SearchFilter): [string, unknown[]] {
  const conditions: string[] = [];
  const parameters: unknown[] = [];
  const where = (condition: string, ...values: unknown[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  const { from, to, doctorId, patientId, status, after } = filter;
  if (doctorId !== undefined) where('b.doctor_id = ?', doctorId);
  if (patientId !== undefined) where('b.patient_id = ?', patientId);
  if (status !== undefined) where('b.status = ?', status);
  // The instants limit what is read of the index. A date in any zone is within a day of the date in UTC.
  if (from !== undefined) where('b.date >= ? AND b.starts_at >= ? - INTERVAL 1 DAY', from, from);
  if (to !== undefined) where('b.date <= ? AND b.starts_at < ? + INTERVAL 2 DAY', to, to);
  if (after) {
    const start = new Date(after.at);
    where('b.starts_at >= ? AND (b.starts_at > ? OR b.id > ?)', start, start, after.id);
  }
  return [conditions.join(' AND '), parameters];
}
