import { formatWallTime, type WallMinutes } from '../time/wall-time.js';

const DAY = 24 * 60;
/** The longest appointment, the longest buffer, and the most by which clocks go forward. */
const LONGEST = 8 * 60;
const BUFFER = 4 * 60;
const CLOCK_CHANGE = 2 * 60;

/**
 * The time of the next day from which no booking there matters to a start: not even one that the longest appointment
 * would come too close to. So few of the next day's bookings are read, and those of the late evening name all
 * violations.
 *
 * @param start undefined for all starts in windows, which end by midnight
 */
export function reachIntoNextDay(start: WallMinutes | undefined): string {
  const end = start === undefined ? DAY : start + LONGEST;
  return formatWallTime(Math.max(end + BUFFER + CLOCK_CHANGE - DAY, 0));
}
