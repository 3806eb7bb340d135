import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { joinAccount, mailAddressOf } from '../auth/accounts/account.sql.js';
import { accountKey, Bulkhead } from '../database/bulkhead.js';
import { look } from '../database/statement.js';
import { DOCTOR_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import type { EpochMs } from '../time/interval.js';
import type { ListedBooking } from './booking.js';
import { BOOKINGS_WITH_DOCTORS } from './booking.sql.js';
import { LISTED_COLUMNS, listedOf, type ListedRow } from './listed-booking.js';
import { unknownLastBooking } from './booking.rules.js';
import { PageEnds } from './page-ends.js';

/** Which bookings to list; always ordered by the instant at which they begin. */
export interface ListFilter {
  readonly includeCancelled: boolean;
  /** YYYY-MM-DD at the doctors', both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  /** Whether the client goes from page to page, so that even the end of a short page is to be remembered. */
  readonly isPaged: boolean;
  /** Only what comes after this booking. */
  readonly after?: number | undefined;
  /** When that booking began on the page that it ended; by default what is remembered of the page. */
  readonly afterStart?: EpochMs | undefined;
}

/** One page of a list. */
export interface Page<T> {
  readonly bookings: T[];
  /** Where the next one goes on; undefined on the last. */
  readonly next?: { readonly after: number; readonly afterStart: EpochMs };
}

export interface PatientsBooking {
  readonly booking: ListedBooking;
  readonly doctorName: string;
  readonly specialty: string;
}

export interface DoctorsBooking {
  readonly booking: ListedBooking;
  readonly patientEmail: string;
}

/** Whose bookings, by the account that asks. */
const OWNERS = {
  me: 'user_id = ?',
  doctor: `doctor_id = ${DOCTOR_OF_ACCOUNT}`,
} as const;
type List = keyof typeof OWNERS;

/** The lists of bookings, one statement each. */
@Injectable()
export class BookingListsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly doctors: DoctorsService,
    private readonly pageEnds: PageEnds,
    private readonly bulkhead: Bulkhead,
  ) {}

  /** @throws Refusal UNKNOWN_BOOKING where `after` names none of the list */
  async ofPatient(userId: number, filter: ListFilter): Promise<Page<PatientsBooking>> {
    const rows = await this.list<ListedRow & { name: string; specialty: string }>(
      `d.name, d.specialty FROM ${BOOKINGS_WITH_DOCTORS}`,
      'me',
      userId,
      filter,
    );
    return pageOf(rows, filter, (row) => ({
      booking: listedOf(row),
      doctorName: row.name,
      specialty: row.specialty,
    }));
  }

  /**
   * @throws NotFound PROFILE_NOT_FOUND
   * @throws Refusal UNKNOWN_BOOKING where `after` names none of the list
   */
  async ofDoctor(userId: number, filter: ListFilter): Promise<Page<DoctorsBooking>> {
    const rows = await this.list<ListedRow & { email: string }>(
      `${mailAddressOf()} AS email FROM ${BOOKINGS_WITH_DOCTORS} ${joinAccount('b.user_id')}`,
      'doctor',
      userId,
      filter,
    );
    // Only a doctor without bookings may have no profile.
    if (rows.length === 0) await this.doctors.ofAccount(userId);
    return pageOf(rows, filter, (row) => ({ booking: listedOf(row), patientEmail: row.email }));
  }

  /** Lists of one account take no more of the connections than its bookings do. */
  private list<Row extends ListedRow>(
    rest: string,
    list: List,
    userId: number,
    filter: ListFilter,
  ): Promise<Row[]> {
    return this.bulkhead.run(accountKey(userId), () => this.read(rest, list, userId, filter));
  }

  private async read<Row extends ListedRow>(
    rest: string,
    list: List,
    userId: number,
    filter: ListFilter,
  ): Promise<Row[]> {
    const [conditions, parameters] = conditionsOf(list, userId, {
      ...filter,
      afterStart: await this.startOfNext(list, userId, filter),
    });
    // One more than asked for shows whether there is another page.
    const rows = await look<Row>(
      this.dataSource,
      `SELECT ${LISTED_COLUMNS}, ${rest} WHERE ${conditions.join(' AND ')}
       ORDER BY b.starts_at, b.id LIMIT ${Number(filter.limit) + 1}`,
      parameters,
    );
    const last = filter.isPaged ? rows.slice(0, filter.limit).at(-1) : rows[filter.limit - 1];
    if (last) await this.pageEnds.remember(`${list}:${userId}`, last.id, last.starts_at * 1000);
    return rows;
  }

  /** Where the page begins: where its booking stood, as the request or the page before says, else where it stands now. */
  private async startOfNext(
    list: List,
    userId: number,
    { after, afterStart }: ListFilter,
  ): Promise<EpochMs | undefined> {
    if (after === undefined || afterStart !== undefined) return afterStart;
    const remembered = await this.pageEnds.find(`${list}:${userId}`, after);
    if (remembered !== undefined) return remembered;
    // Only among the owner's own bookings: the answer must not tell where a stranger's stands.
    const [row] = await look<{ starts_at: Date }>(
      this.dataSource,
      `SELECT starts_at FROM bookings WHERE id = ? AND ${OWNERS[list]}`,
      [after, userId],
    );
    if (!row) throw unknownLastBooking();
    return row.starts_at.getTime();
  }
}

function conditionsOf(list: List, userId: number, filter: ListFilter): [string[], unknown[]] {
  const conditions = [`b.${OWNERS[list]}`];
  const parameters: unknown[] = [userId];
  const where = (condition: string, ...values: unknown[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (!filter.includeCancelled) where("b.status = 'booked'");
  // The instants bound what the index reads. Every zone's date is within a day of the date in UTC.
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
  return [conditions, parameters];
}

function pageOf<Row extends ListedRow, T>(
  rows: readonly Row[],
  { limit }: ListFilter,
  map: (row: Row) => T,
): Page<T> {
  const bookings = rows.slice(0, limit).map(map);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { bookings };
  return { bookings, next: { after: last.id, afterStart: last.starts_at * 1000 } };
}
