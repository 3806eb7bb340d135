import { ClinicDay } from '../../time/clinic-day.js';

/** A date in a zone as the database has them; undefined where it or its zone is one that nobody knows. */
export function knownDay({ date, timezone }: { date: string; timezone: string }): ClinicDay | undefined {
  return ClinicDay.find(date, timezone);
}
