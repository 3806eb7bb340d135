/** A wall time: minutes since 00:00 as the clock on the wall shows them. API and database use `HH:MM`, 24 hours. */
export type WallMinutes = number;

export const WALL_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** The end of a time range within a day; 24:00 is the end of the day. */
export const END_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

/** `"09:30"` (or MySQL's `"09:30:00"`) as 570. The text must be a valid wall time. */
export function parseWallTime(text: string): WallMinutes {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
}

/** 570 as `"09:30"`. */
export function formatWallTime(minutes: WallMinutes): string {
  const hours = Math.floor(minutes / 60);
  return `${String(hours).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
