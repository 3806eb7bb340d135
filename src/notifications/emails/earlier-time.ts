import { type AppointmentFacts, type Detail, durationText } from './appointment.js';
import type { EpochMs } from '../../time/interval.js';
import type { Catalogue } from './catalogue.js';
import { localTime } from './local-time.js';

/** The time of an appointment that was announced to its patient before the reschedule. */
export interface EarlierTime {
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
}

/** The line with the earlier time, in the clinic's zone, and with the earlier duration if that changed; or with that alone. */
export function earlierTimeLine(
  { clinicTimezone, startsAt, durationMinutes }: AppointmentFacts,
  earlier: EarlierTime | undefined,
  { language, labels, longDate }: Catalogue,
): Detail | undefined {
  if (!earlier) return undefined;
  const isSameDuration = earlier.durationMinutes === durationMinutes;
  if (earlier.startsAt === startsAt) {
    if (isSameDuration) return undefined;
    const value = durationText(earlier.durationMinutes, language);
    return { name: 'earlierDuration', label: labels.earlierDuration, value };
  }
  const time = localTime(earlier.startsAt, clinicTimezone, language);
  const duration = isSameDuration ? '' : `, ${durationText(earlier.durationMinutes, language)}`;
  const value = `${longDate(time)}, ${time.clock} (${time.zone})${duration}`;
  return { name: 'earlierTime', label: labels.earlierTime, value };
}
