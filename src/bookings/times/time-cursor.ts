import { Cursors, isId, isInstant } from '../../http/cursor.js';
import type { TimePosition } from './free-time.js';

const CURSORS = new Cursors<TimePosition>(
  ({ tier, startsAt, doctorId }) => [tier, startsAt, doctorId],
  ([tier, startsAt, doctorId]) =>
    (tier === 0 || tier === 1) && isInstant(startsAt) && isId(doctorId)
      ? { tier, startsAt, doctorId }
      : undefined,
);

/** The cursor of the page after a time. */
export function timeCursorOf(position: TimePosition): string {
  return CURSORS.write(position);
}

/** The position of a cursor; undefined if this service did not make it. */
export function readTimeCursor(cursor: unknown): TimePosition | undefined {
  return CURSORS.read(cursor);
}
