import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { query } from '../database/statement.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import type { EpochMs } from '../time/interval.js';
import { HAS_ACCEPTED, isGuardianSql } from '../patients/patient.sql.js';
import {
  BOOKINGS_OF_ACCEPTED,
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

/** The condition of each part of a list; its parameters are the actor's account. */
const OF_ACCOUNT = 'b.user_id = ?';
const OF_ACCEPTED = `g.account_id = ? AND NOT COALESCE(${OF_ACCOUNT}, 0)`;
const OF_DOCTOR = `b.doctor_id = ${DOCTOR_ID_OF_ACCOUNT}`;

/** The condition of each list. */
const OWNERS = { me: `(${OF_ACCOUNT} OR ${isGuardianSql('b.patient_id')})`, doctor: OF_DOCTOR } as const;
export type List = keyof typeof OWNERS;

export type PatientsBooking = ListedBooking & { readonly doctorName: string; readonly specialty: string };
export type DoctorsBooking = ListedBooking & { readonly patientEmail: string | null };

const PATIENTS_COLUMNS = `${LISTED_COLUMNS}, d.name AS doctorName, d.specialty`;

/** Reads the lists of bookings: one statement each, two for an account that has accepted patients. */
@Injectable()
export class BookingListReader {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * The bookings of the patients that the account manages, and of those that it has accepted. Few accounts have accepted
   * any, so these are read by a statement of their own: a union would take all accounts a third longer.
   */
  async ofPatient(accountId: number, filter: ListFilter): Promise<PatientsBooking[]> {
    const [where, parameters] = conditionsOf(OF_ACCOUNT, [accountId], filter);
    const managed = await query<PatientsBooking & { readonly hasAccepted: 0 | 1 }>(
      this.dataSource,
      `/* list-bookings-of-patient */ SELECT ${PATIENTS_COLUMNS}, ${HAS_ACCEPTED} AS hasAccepted
       FROM ${BOOKINGS_WITH_PEOPLE} WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit)}`,
      [accountId, ...parameters],
    );
    if (managed[0]?.hasAccepted === 0) return managed;
    const accepted = await this.ofAccepted(accountId, filter);
    return [...managed, ...accepted].sort(byStart).slice(0, filter.limit);
  }

  private ofAccepted(accountId: number, filter: ListFilter): Promise<PatientsBooking[]> {
    const [where, parameters] = conditionsOf(OF_ACCEPTED, [accountId, accountId], filter);
    const sql = `/* list-bookings-of-accepted */ SELECT ${PATIENTS_COLUMNS}
       FROM ${BOOKINGS_OF_ACCEPTED} WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit)}`;
    return query(this.dataSource, sql, parameters);
  }

  ofDoctor(accountId: number, filter: ListFilter): Promise<DoctorsBooking[]> {
    const [where, parameters] = conditionsOf(OF_DOCTOR, [accountId], filter);
    const sql = `/* list-bookings-of-doctor */ SELECT ${LISTED_COLUMNS}, ${MAIL_ADDRESS_OF_PATIENT} AS patientEmail
       FROM ${BOOKINGS_WITH_PEOPLE} ${WITH_ACCOUNTS}
       WHERE ${where} ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit)}`;
    return query(this.dataSource, sql, parameters);
  }

  /** When a booking of the list begins; undefined if the list has no such booking. */
  async startOf(list: List, accountId: number, bookingId: number): Promise<EpochMs | undefined> {
    const [row] = await query<{ starts_at: Date }>(
      this.dataSource,
      `/* find-start-of-listed */ SELECT b.starts_at FROM bookings b WHERE b.id = ? AND ${OWNERS[list]}`,
      [bookingId, ...(list === 'me' ? [accountId, accountId] : [accountId])],
    );
    return row?.starts_at.getTime();
  }
}

function byStart(a: PatientsBooking, b: PatientsBooking): number {
  return a.startsAt - b.startsAt || a.id - b.id;
}

function conditionsOf(owner: string, ids: readonly number[], filter: ListFilter): [string, unknown[]] {
  const conditions = [owner];
  const parameters: unknown[] = [...ids];
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
