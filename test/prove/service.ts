import type { ClinicPlan, Change, Minutes, PlannedStatus, Wish } from './plan.js';
import type { AnyWish } from './reference-any.js';
import type { Explained, FoundStart, NextStarts, SearchWish } from './reference-search.js';

/** What a service answers: what was asked for, or a refusal. */
export type Reply<T> =
  | { readonly value: T; readonly code?: never }
  | { readonly value?: never; readonly code: string; readonly violations: readonly Violated[] };

/** An entry of `violations`. */
export interface Violated {
  readonly rule: string;
  readonly overridable: boolean;
}

/** A booking, as an answer shows it. */
export interface ShownBooking {
  readonly id: number;
  readonly doctorId: number;
  readonly patientId: number;
  readonly date: string;
  readonly time: Minutes;
  readonly durationMinutes: number;
  readonly status: PlannedStatus;
  readonly isOverbooked: boolean;
  readonly typeId: number | null;
}

/** The desk's override. */
export interface Override {
  readonly rules: readonly string[];
}

export interface Cancel {
  readonly accountId: number;
  readonly bookingId: number;
  /** DELETE, the patient's; or POST with a reason. */
  readonly by: 'delete' | 'post';
}

/** A search, page by page. */
export interface Search {
  readonly wish: SearchWish;
  readonly isCompact: boolean;
  readonly limit: number;
}

export interface FoundPage {
  readonly items: readonly FoundStart[];
  /** Where the next page is, if there is one. */
  readonly next: string | undefined;
}

/** What is held against the reference model: the real service, or in tests one with a planted fault. */
export interface Service {
  /** Replaces the whole clinic, but its people, and sets the clock. */
  open(plan: ClinicPlan): Promise<void>;
  slots(wish: Wish): Promise<Reply<readonly Minutes[]>>;
  /** @param page where the page is, by default the first one */
  search(search: Search, page?: string): Promise<Reply<FoundPage>>;
  next(wish: SearchWish, count: number): Promise<Reply<NextStarts>>;
  explain(wish: Wish, time: Minutes): Promise<Reply<Explained>>;
  bookAny(wish: AnyWish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>>;
  book(wish: Wish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>>;
  reschedule(change: Change, override?: Override): Promise<Reply<ShownBooking>>;
  cancel(cancel: Cancel): Promise<Reply<null>>;
}
