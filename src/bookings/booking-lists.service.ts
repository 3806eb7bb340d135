import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import { DOCTOR_OF_ACCOUNT, DoctorsService } from '../doctors/doctors.service.js';
import { type Booking, BOOKING_COLUMNS, bookingOf, type BookingRow } from './booking.js';

/** Which bookings to list; always ordered by date and time. */
export interface ListFilter {
  readonly includeCancelled: boolean;
  /** YYYY-MM-DD, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  /** Only what comes after this booking. */
  readonly after?: number | undefined;
  /** YYYY-MM-DDTHH:MM: where that stood when it was seen; by default where it stands now. */
  readonly afterStart?: string | undefined;
}

/** One page of a list. */
export interface Page<T> {
  readonly bookings: T[];
  /** Where the next one goes on; undefined on the last. */
  readonly next?: { readonly after: number; readonly afterStart: string };
}

export interface PatientsBooking {
  readonly booking: Booking;
  readonly doctorName: string;
  readonly specialty: string;
}

export interface DoctorsBooking {
  readonly booking: Booking;
  readonly patientEmail: string;
}

/** Whose bookings, by the account that asks. */
const BY_PATIENT = 'user_id = ?';
const BY_DOCTOR = `doctor_id = ${DOCTOR_OF_ACCOUNT}` as const;
type Owner = typeof BY_PATIENT | typeof BY_DOCTOR;

/** The lists of bookings, one statement each. */
@Injectable()
export class BookingListsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly doctors: DoctorsService,
  ) {}

  async ofPatient(userId: number, filter: ListFilter): Promise<Page<PatientsBooking>> {
    const rows = await this.list<BookingRow & { name: string; specialty: string }>(
      'd.name, d.specialty FROM bookings b JOIN doctors d ON d.id = b.doctor_id',
      BY_PATIENT,
      userId,
      filter,
    );
    return pageOf(rows, filter, (row) => ({
      booking: bookingOf(row),
      doctorName: row.name,
      specialty: row.specialty,
    }));
  }

  /** @throws NotFound PROFILE_NOT_FOUND */
  async ofDoctor(userId: number, filter: ListFilter): Promise<Page<DoctorsBooking>> {
    const rows = await this.list<BookingRow & { email: string }>(
      'COALESCE(a.mail_address, a.email) AS email FROM bookings b JOIN doctors d ON d.id = b.doctor_id JOIN accounts a ON a.id = b.user_id',
      BY_DOCTOR,
      userId,
      filter,
    );
    // Only who has no bookings may have no profile.
    if (rows.length === 0) await this.doctors.ofAccount(userId);
    return pageOf(rows, filter, (row) => ({ booking: bookingOf(row), patientEmail: row.email }));
  }

  private list<Row>(rest: string, owner: Owner, userId: number, filter: ListFilter): Promise<Row[]> {
    const conditions = [`b.${owner}`];
    const parameters: unknown[] = [userId];
    const where = (condition: string, ...values: unknown[]): void => {
      conditions.push(condition);
      parameters.push(...values);
    };
    if (!filter.includeCancelled) where("b.status = 'booked'");
    if (filter.from !== undefined) where('b.date >= ?', filter.from);
    if (filter.to !== undefined) where('b.date <= ?', filter.to);
    if (filter.afterStart !== undefined) {
      const [date, time] = filter.afterStart.split('T');
      // The first condition is what the index is entered by.
      where(
        'b.date >= ? AND (b.date, b.start_time, b.id) > (?, ?, ?)',
        date,
        date,
        `${time}:00`,
        filter.after ?? 0,
      );
    } else if (filter.after !== undefined) {
      // Of the owner's own bookings only: a stranger's id must not tell where it stands.
      where(
        `(b.date, b.start_time, b.id) > (SELECT c.date, c.start_time, c.id FROM bookings c WHERE c.id = ? AND c.${owner})`,
        filter.after,
        userId,
      );
    }
    // One more than asked for shows whether there is another page.
    return look(
      this.dataSource,
      `SELECT ${BOOKING_COLUMNS}, ${rest} WHERE ${conditions.join(' AND ')}
       ORDER BY b.date, b.start_time, b.id LIMIT ${Number(filter.limit) + 1}`,
      parameters,
    );
  }
}

function pageOf<Row extends BookingRow, T>(
  rows: readonly Row[],
  { limit }: ListFilter,
  map: (row: Row) => T,
): Page<T> {
  const bookings = rows.slice(0, limit).map(map);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { bookings };
  return { bookings, next: { after: last.id, afterStart: `${last.date}T${last.start_time.slice(0, 5)}` } };
}
