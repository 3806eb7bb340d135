import type { WallRange } from './schedule-day.js';

/** A weekly window, with what restricts it; null or left out: nothing. */
export interface RestrictedWindow extends WallRange {
  /** Dates, YYYY-MM-DD, both included. */
  readonly validFrom?: string | null;
  readonly validUntil?: string | null;
  /** Ids of appointment types. */
  readonly typeIds?: readonly number[] | null;
}

/** Whether a window of the date's weekday holds on that date, for requests of the type or without a type. */
export function serves(
  { validFrom, validUntil, typeIds }: RestrictedWindow,
  date: string,
  typeId: number | undefined,
): boolean {
  if (validFrom && date < validFrom) return false;
  if (validUntil && date > validUntil) return false;
  return !typeIds || (typeId !== undefined && typeIds.includes(typeId));
}
