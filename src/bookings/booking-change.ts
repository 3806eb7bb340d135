import { dayKeys } from '../database/bulkhead.js';
import type { Booking, Override } from './booking.js';
import type { RequestedTime } from './booking.refusals.js';

/** What is to change of a booking; fields that are left out stay. */
export interface BookingChange extends Partial<RequestedTime> {
  readonly typeId?: number | undefined;
  /** Only by the desk, like all that follows. */
  readonly doctorId?: number | undefined;
  readonly note?: string | null | undefined;
  readonly override?: Override | undefined;
  readonly isNotifying?: boolean | undefined;
}

/** The days to queue for. */
export function keysOf(seen: Booking, change: BookingChange): string[] {
  const { doctorId, date } = { ...seen, ...definedOf(change) };
  return dayKeys([seen, { doctorId, date }]);
}

/** The fields that a change sets. */
export function definedOf<T extends object>(change: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
