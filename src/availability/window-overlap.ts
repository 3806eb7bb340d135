import { addDays, dayOfWeek } from '../time/clinic-time.js';
import { parseWallTime } from '../time/wall-time.js';
import type { AvailabilityWindow } from './availability-window.entity.js';

/** What decides whether two windows get in each other's way. Times are HH:MM or HH:MM:SS, dates YYYY-MM-DD. */
export type WindowTerms = Omit<AvailabilityWindow, 'id' | 'doctorId'>;

const WEEKDAYS = 7;

/** The ids of a window's types; undefined for every request. */
export function typesOf({ typeIds }: Pick<WindowTerms, 'typeIds'>): readonly number[] | undefined {
  return typeIds?.split(',').map(Number);
}

/**
 * Whether two windows of a doctor share a minute on a date and for a request: both would then say when the grid begins.
 * Pure.
 */
export function overlap(one: WindowTerms, other: WindowTerms): boolean {
  return (
    one.dayOfWeek === other.dayOfWeek &&
    parseWallTime(one.startTime) < parseWallTime(other.endTime) &&
    parseWallTime(other.startTime) < parseWallTime(one.endTime) &&
    shareDate(one, other) &&
    shareRequest(one, other)
  );
}

/** Whether both are valid on one date of their weekday. */
function shareDate(one: WindowTerms, other: WindowTerms): boolean {
  const from = latest(one.validFrom, other.validFrom);
  const until = earliest(one.validUntil, other.validUntil);
  if (from === null || until === null) return true;
  const daysToWeekday = (one.dayOfWeek - dayOfWeek(from) + WEEKDAYS) % WEEKDAYS;
  return addDays(from, daysToWeekday) <= until;
}

function latest(one: string | null, other: string | null): string | null {
  return one !== null && (other === null || one > other) ? one : other;
}

function earliest(one: string | null, other: string | null): string | null {
  return one !== null && (other === null || one < other) ? one : other;
}

/** Whether one request is served by both: a window without types serves every request. */
function shareRequest(one: WindowTerms, other: WindowTerms): boolean {
  const [types, others] = [typesOf(one), typesOf(other)];
  return types === undefined || others === undefined || types.some((id) => others.includes(id));
}
