import type { NotificationJob } from '../notifications/notification-queue.js';
import type { EpochMs } from '../time/interval.js';

const UNITS = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** Names for the kinds that say what happened: a cancellation that is waiting is no cancelled job. */
const NOUNS: Readonly<Record<string, string>> = {
  booked: 'confirmation',
  moved: 'reschedule',
  cancelled: 'cancellation',
};

/** A job's title on the dashboard: `reminder_24h, attempt 2, due 3 min ago`. Pure. */
export function jobTitle({ kind, attempt, due_at: dueAt }: Partial<NotificationJob>, now: EpochMs): string {
  const parts: string[] = [kind === undefined ? 'notification' : (NOUNS[kind] ?? kind)];
  if (attempt !== undefined) parts.push(`attempt ${attempt}`);
  if (dueAt !== undefined) parts.push(`due ${ago(now - Date.parse(dueAt))}`);
  return parts.join(', ');
}

function ago(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length);
  if (!unit) return 'just now';
  const [name, length] = unit;
  const count = Math.floor(ms / length);
  return `${count} ${name === 'day' && count > 1 ? 'days' : name} ago`;
}
