import { clock, dateAfter } from './calendar.js';
import { bookingOf, type Comparison, type Examination, shown } from './comparison.js';
import type { ClinicPlan, Wish } from './plan.js';
import type { RawSearch } from './raw-scenario.js';
import {
  byRank,
  type FoundStart,
  next,
  type RankedStart,
  refusalsOfSearch,
  searched,
  type SearchWish,
} from './reference-search.js';
import type { Search } from './service.js';

/** An id that no doctor has. */
const NOBODY = 999_999;
/** So many pages of a search are read. */
const MOST_PAGES = 12;

/** Holds searches, page by page, and requests for the next starts against the reference model. */
export class SearchVisit {
  constructor(
    private readonly comparison: Comparison,
    private readonly examination: Examination,
    private readonly anchor: string,
  ) {}

  async run(raw: RawSearch, wish: Wish): Promise<void> {
    const { accountId, typeId, durationMinutes, patientId, doctorId } = wish;
    const asked = { accountId, typeId, durationMinutes, patientId, ...this.filtersOf(raw, doctorId) };
    const { isCompact, limit, count, isBooking } = raw;
    await this.compareNext({ ...asked, to: undefined }, count);
    await this.compareSearch({ wish: asked, isCompact, limit }, isBooking);
  }

  private filtersOf(raw: RawSearch, doctorId: number): Omit<SearchWish, keyof Wish> {
    const { doctors, from, days, after, before, weekdays } = raw;
    const { plan } = this.comparison.clinic;
    const first = from === null ? undefined : dateAfter(this.anchor, from);
    return {
      doctorIds: doctorIdsOf(plan, doctors, doctorId),
      specialty:
        doctors === 'specialty' ? plan.doctors.find(({ id }) => id === doctorId)!.specialty : undefined,
      from: first,
      to: first === undefined || days === null ? undefined : dateAfter(first, days),
      after: after ?? undefined,
      before: before ?? undefined,
      weekdays: weekdays === null ? undefined : [0, 1, 2, 3, 4, 5, 6].filter((day) => weekdays & (1 << day)),
    };
  }

  /** Page after page is what follows the last start, also if one that was seen is booked meanwhile. */
  private async compareSearch(search: Search, isBooking: boolean): Promise<void> {
    const { service, counts } = this.examination;
    const about = `the search for ${JSON.stringify(search)}`;
    const refusals = refusalsOfSearch(this.comparison.clinic, search.wish);
    counts.searches += 1;
    if (refusals.length > 0) {
      return this.comparison.expectRefusal(await service.search(search), refusals, about);
    }
    let left = this.found(search);
    let page: string | undefined;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const reply = await service.search(search, page);
      const expected = left.slice(0, search.limit);
      counts.pages += 1;
      counts.startsFound += expected.length;
      const starts = expected.map(({ start }) => start);
      this.expectStarts(reply.value?.items ?? reply, starts, `page ${pages} of ${about}`);
      page = reply.value?.next;
      const hasNext = left.length > search.limit;
      const next = `whether there is a page after page ${pages} of ${about}`;
      this.comparison.expectEqual({ value: page !== undefined }, hasNext, next);
      if (!hasNext) return;
      if (pages === 1 && isBooking) await this.book(search.wish, starts[0]!);
      const last = expected.at(-1)!;
      left = this.found(search).filter((each) => byRank(each, last) > 0);
    }
  }

  private found({ wish, isCompact }: Search): RankedStart[] {
    return searched(this.comparison.clinic, wish, isCompact);
  }

  /** Books what was found. */
  private async book(wish: SearchWish, { doctorId, date, time }: FoundStart): Promise<void> {
    if (wish.accountId === null) return;
    const { service, counts } = this.examination;
    const { clinic } = this.comparison;
    const { accountId, typeId, durationMinutes, patientId } = wish;
    const found = { accountId, typeId, durationMinutes, patientId, doctorId, date };
    const reply = await service.book(found, time);
    const made = bookingOf(clinic.judged(found), time, reply.value?.id ?? 0, []);
    this.comparison.expectBooking(reply, made, `booking ${clock(time)}, which was found, ${shown(found)}`);
    counts.bookings += 1;
    this.comparison.change([...clinic.plan.bookings, made]);
  }

  private async compareNext(wish: SearchWish, count: number): Promise<void> {
    const { service, counts } = this.examination;
    const { clinic } = this.comparison;
    const about = `the next ${count} for ${JSON.stringify(wish)}`;
    const refusals = refusalsOfSearch(clinic, wish);
    counts.nexts += 1;
    const reply = await service.next(wish, count);
    if (refusals.length > 0) return this.comparison.expectRefusal(reply, refusals, about);
    const { items, reason } = next(clinic, wish, count);
    this.expectStarts(reply.value?.items ?? reply, items, about);
    this.comparison.expectEqual({ value: reply.value!.reason }, reason, `the reason of ${about}`);
  }

  private expectStarts(found: unknown, expected: readonly FoundStart[], about: string): void {
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    const all = Array.isArray(found) ? (found as FoundStart[]).map(told) : found;
    throw this.comparison.disagreement(about, all, expected.map(told));
  }
}

function doctorIdsOf(
  { doctors }: ClinicPlan,
  which: RawSearch['doctors'],
  doctorId: number,
): number[] | undefined {
  if (which === 'one') return [doctorId];
  if (which === 'nobody') return [doctorId, NOBODY];
  if (typeof which !== 'number') return undefined;
  const ids = doctors.filter((_, index) => which & (1 << index)).map(({ id }) => id);
  return ids.length > 0 ? ids : [doctorId];
}

function told({ doctorId, date, time }: FoundStart): string {
  return `${date} ${clock(time)} ${doctorId}`;
}
