import { isTimeZone, timeZoneMessage } from '../config/time-zone.js';
import type { Found, IntegrityCheck } from '../database/integrity-check.js';
import { query, type Source } from '../database/statement.js';

const TIME_ZONES = '/* check-time-zone */ SELECT id, timezone FROM doctors ORDER BY id';

export const DOCTOR_CHECKS: readonly IntegrityCheck[] = [
  // Earlier versions accepted every name that `Intl` knows.
  {
    code: 'BAD_TIME_ZONE',
    title: 'doctors in a time zone that is none of a place',
    async *find(source: Source): AsyncGenerator<Found> {
      for (const { id, timezone } of await query<{ id: number; timezone: string }>(source, TIME_ZONES)) {
        if (isTimeZone(timezone)) continue;
        yield {
          subject: `doctor ${id}`,
          detail: `the time zone is ${timezone}, which ${timeZoneMessage(timezone)}`,
          remedy: `As an admin, set it: PATCH /api/doctors/${id} with { "timezone": "..." }, the IANA name of the place.`,
        };
      }
    },
  },
];
