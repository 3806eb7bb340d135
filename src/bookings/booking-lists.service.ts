import { Injectable } from '@nestjs/common';
import { accountKey, Bulkhead } from '../database/bulkhead.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import type { EpochMs } from '../time/interval.js';
import type { ListedBooking } from './booking.js';
import {
  BookingListReader,
  type DoctorsBooking,
  type List,
  type ListFilter,
  type PatientsBooking,
} from './booking-list.reader.js';
import { unknownLastBooking } from './booking.refusals.js';
import { PageEnds } from './page-ends.js';

/** A filter for one page. By default, the page begins where the previous one is remembered to have ended. */
export interface PageFilter extends ListFilter {
  /** Whether the client reads page by page, so that even the end of a short page is remembered. */
  readonly isPaged: boolean;
}

/** One page of a list. */
export interface Page<T> {
  readonly bookings: T[];
  /** Where the next page begins; undefined on the last. */
  readonly next?: { readonly after: number; readonly afterStart: EpochMs };
}

/** The lists of bookings, one statement each. */
@Injectable()
export class BookingListsService {
  constructor(
    private readonly reader: BookingListReader,
    private readonly doctors: DoctorsService,
    private readonly pageEnds: PageEnds,
    private readonly bulkhead: Bulkhead,
  ) {}

  /** @throws Refusal UNKNOWN_BOOKING if `after` is no booking of the list */
  async ofPatient(accountId: number, filter: PageFilter): Promise<Page<PatientsBooking>> {
    const rows = await this.list('me', accountId, filter, (bounded) =>
      this.reader.ofPatient(accountId, bounded),
    );
    return pageOf(rows, filter);
  }

  /**
   * @throws NotFound PROFILE_NOT_FOUND
   * @throws Refusal UNKNOWN_BOOKING if `after` is no booking of the list
   */
  async ofDoctor(accountId: number, filter: PageFilter): Promise<Page<DoctorsBooking>> {
    const rows = await this.list('doctor', accountId, filter, (bounded) =>
      this.reader.ofDoctor(accountId, bounded),
    );
    // Only a doctor without bookings may have no profile.
    if (rows.length === 0) await this.doctors.ofAccount(accountId);
    return pageOf(rows, filter);
  }

  /** Runs under the account's key: one account's lists and bookings share its limit of connections. */
  private list<Row extends ListedBooking>(
    list: List,
    accountId: number,
    filter: PageFilter,
    read: (filter: ListFilter) => Promise<Row[]>,
  ): Promise<Row[]> {
    return this.bulkhead.run(accountKey(accountId), async () => {
      const afterStart = await this.startOfNext(list, accountId, filter);
      // One row more shows whether there is another page.
      const rows = await read({ ...filter, afterStart, limit: filter.limit + 1 });
      const last = filter.isPaged ? rows.slice(0, filter.limit).at(-1) : rows[filter.limit - 1];
      if (last) await this.pageEnds.remember(`${list}:${accountId}`, last.id, last.startsAt);
      return rows;
    });
  }

  /**
   * Where the page begins: where `after` stood according to the request or the previous page, else where it stands now.
   */
  private async startOfNext(
    list: List,
    accountId: number,
    { after, afterStart }: PageFilter,
  ): Promise<EpochMs | undefined> {
    if (after === undefined || afterStart !== undefined) return afterStart;
    const remembered = await this.pageEnds.find(`${list}:${accountId}`, after);
    if (remembered !== undefined) return remembered;
    // Only in the actor's own list: the answer must not reveal when another person's booking begins.
    const start = await this.reader.startOf(list, accountId, after);
    if (start === undefined) throw unknownLastBooking();
    return start;
  }
}

function pageOf<Row extends ListedBooking>(rows: readonly Row[], { limit }: ListFilter): Page<Row> {
  const bookings = rows.slice(0, limit);
  const last = rows[limit - 1];
  if (rows.length <= limit || !last) return { bookings };
  return { bookings, next: { after: last.id, afterStart: last.startsAt } };
}
