import type { Locale } from '../../config/locale.js';
import type { EpochMs } from '../../time/interval.js';
import type { ClinicFacts } from './clinic-contact.js';
import type { Catalogue, DetailName } from './catalogue.js';
import { localTime, type LocalTime } from './local-time.js';
import { plainLine } from './plain-line.js';

/** The facts about an appointment that its emails and its calendar entry state. */
export interface AppointmentFacts extends ClinicFacts {
  readonly locale: Locale;
  readonly doctorName: string;
  readonly specialty: string;
  /** IANA name. */
  readonly doctorTimezone: string;
  readonly startsAt: EpochMs;
  readonly durationMinutes: number;
  readonly bookingId: number;
}

/** One line of the details: `Time: 10:00 (Europe/Madrid, GMT+1)`. */
export interface Detail {
  readonly name: DetailName;
  readonly label: string;
  readonly value: string;
}

/** The facts with every name as one harmless line (see `plainLine`). */
export function withPlainNames<Facts extends AppointmentFacts>(facts: Facts): Facts {
  return {
    ...facts,
    clinicName: plainLine(facts.clinicName),
    doctorName: plainLine(facts.doctorName),
    specialty: plainLine(facts.specialty),
  };
}

/** The start in the clinic's time zone. */
export function clinicTime(facts: AppointmentFacts, { language }: Catalogue): LocalTime {
  return localTime(facts.startsAt, facts.clinicTimezone, language);
}

/**
 * The details of an appointment, one a line, with date and time in the clinic's zone. The doctor's local time has a
 * line only if it differs at that instant.
 */
export function detailsOf(facts: AppointmentFacts, catalogue: Catalogue): Detail[] {
  const detail = (name: DetailName, value: string) => ({ name, label: catalogue.labels[name], value });
  const clinic = clinicTime(facts, catalogue);
  const doctor = localTime(facts.startsAt, facts.doctorTimezone, catalogue.language);
  return [
    detail('date', catalogue.longDate(clinic)),
    detail('time', `${clinic.clock} (${clinic.zone})`),
    ...(doctor.wallTime === clinic.wallTime
      ? []
      : [detail('doctorsTime', `${catalogue.longDate(doctor)}, ${doctor.clock} (${doctor.zone})`)]),
    detail('doctor', facts.doctorName),
    detail('specialty', facts.specialty),
    detail('duration', durationText(facts.durationMinutes, catalogue.language)),
    detail('bookingNumber', String(facts.bookingId)),
  ];
}

/** 90 as `1 hour and 30 minutes`, `1 hora y 30 minutos`. */
export function durationText(minutes: number, language: string): string {
  const { join, ...units } = durationFormatsIn(language);
  const count = (value: number, unit: 'hour' | 'minute') => units[unit].format(value);
  const hours = Math.floor(minutes / 60);
  const parts = [
    ...(hours > 0 ? [count(hours, 'hour')] : []),
    ...(minutes % 60 > 0 || hours === 0 ? [count(minutes % 60, 'minute')] : []),
  ];
  return join.format(parts);
}

type DurationFormats = { hour: Intl.NumberFormat; minute: Intl.NumberFormat; join: Intl.ListFormat };

const formatsByLanguage = new Map<string, DurationFormats>();

/** Cached, because creating a formatter takes far longer than using it. */
function durationFormatsIn(language: string): DurationFormats {
  let formats = formatsByLanguage.get(language);
  if (!formats) {
    const unit = (unit: string) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
    const join = new Intl.ListFormat(language, { type: 'conjunction' });
    formats = { hour: unit('hour'), minute: unit('minute'), join };
    formatsByLanguage.set(language, formats);
  }
  return formats;
}
