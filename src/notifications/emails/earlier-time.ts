import { type AppointmentFacts, type Detail, durationText } from './appointment.js';
import type { EpochMs } from '../../time/interval.js';
import type { Catalogue } from './catalogue.js';
import { localTime } from './local-time.js';

/** When an appointment was to take place, as its patient was told before it was rescheduled. */
export interface EarlierTime {
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
}

/** The line with the time that no longer holds, in the clinic's zone; the duration only where it is another one now. */
export function earlierTimeLine(
  { clinicTimezone, startsAt, durationMinutes }: AppointmentFacts,
  earlier: EarlierTime | undefined,
  { language, labels, longDate }: Catalogue,
): Detail | undefined {
  if (!earlier) return undefined;
  const isAsLong = earlier.durationMinutes === durationMinutes;
  if (isAsLong && earlier.startsAt === startsAt) return undefined;
  const was = localTime(earlier.startsAt, clinicTimezone, language);
  const duration = isAsLong ? '' : `, ${durationText(earlier.durationMinutes, language)}`;
  const value = `${longDate(was)}, ${was.clock} (${was.zone})${duration}`;
  return { name: 'earlierTime', label: labels.earlierTime, value };
}
