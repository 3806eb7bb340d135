/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** The time from `start` up to but not including `end`. */
export interface Interval {
  readonly start: EpochMs;
  readonly end: EpochMs;
}

/** Whether the two share any time. Intervals that merely touch do not. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Whether the interval overlaps any of the others, which must be merged (see `merge`). */
export function overlapsAny(intervals: readonly Interval[], interval: Interval): boolean {
  for (const other of intervals) {
    if (other.end > interval.start) return other.start < interval.end;
  }
  return false;
}

/** Whether `inner` lies completely within `outer`. */
export function contains(outer: Interval, inner: Interval): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Joins intervals that touch or overlap; the result is in ascending order. */
export function merge(intervals: readonly Interval[]): Interval[] {
  if (intervals.length < 2) return [...intervals];
  const merged: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && next.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, next.end) };
    } else {
      merged.push(next);
    }
  }
  return merged;
}

/** What is left of the intervals without the others. Both must be merged (see `merge`), and so is the result. */
export function subtract(intervals: readonly Interval[], others: readonly Interval[]): Interval[] {
  return others.reduce(
    (left: readonly Interval[], { start, end }) =>
      left.flatMap((interval) => [
        ...(interval.start < start ? [{ start: interval.start, end: Math.min(interval.end, start) }] : []),
        ...(interval.end > end ? [{ start: Math.max(interval.start, end), end: interval.end }] : []),
      ]),
    intervals,
  ) as Interval[];
}
