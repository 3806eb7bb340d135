import { Refusal } from '../errors/domain-error.js';

/** The clinic's limits: the defaults of types. Null: none. */
export interface ClinicLimits {
  readonly horizonDays: number | null;
  readonly minNoticeMinutes: number | null;
  readonly cancelCutoffMinutes: number | null;
  /** Of one patient, of all types together. */
  readonly maxLiveBookings: number | null;
}

type Lead = Pick<ClinicLimits, 'minNoticeMinutes' | 'horizonDays'>;

const MINUTES_A_DAY = 1_440;

/** Whether nobody could book: whatever is within the horizon is too soon for the notice. */
export function isNoticeBeyondHorizon({ minNoticeMinutes, horizonDays }: Lead): boolean {
  return minNoticeMinutes !== null && horizonDays !== null && minNoticeMinutes > horizonDays * MINUTES_A_DAY;
}

/**
 * Refuses limits with which nobody could book.
 *
 * @param what could not be booked, such as the code of a type
 * @param field of the request
 * @throws Refusal NOTICE_BEYOND_HORIZON
 */
export function assertNoticeWithinHorizon(lead: Lead, what: string, field = 'min_notice_minutes'): void {
  if (!isNoticeBeyondHorizon(lead)) return;
  const message =
    `Nobody could book ${what}: min_notice_minutes, ${lead.minNoticeMinutes}, is longer than horizon_days, ` +
    `${lead.horizonDays}. Shorten the notice, or extend the horizon.`;
  throw new Refusal('NOTICE_BEYOND_HORIZON', message, [{ field, message }]);
}
