import type { DataSource } from 'typeorm';
import { isTimeZone, timeZoneMessage } from '../../config/time-zone.js';
import type { Check } from './check.js';
import { Findings } from './findings.js';

/** Doctors in a time zone that would be refused today: earlier versions took whatever `Intl` knows. */
export class TimeZoneCheck implements Check {
  readonly code = 'BAD_TIME_ZONE';
  readonly title = 'doctors in a time zone that is none of a place';

  constructor(private readonly dataSource: DataSource) {}

  async look(): Promise<Findings> {
    const findings = new Findings();
    const doctors: { id: number; timezone: string }[] = await this.dataSource.query(
      'SELECT id, timezone FROM doctors ORDER BY id',
    );
    for (const { id, timezone } of doctors) {
      if (isTimeZone(timezone)) continue;
      findings.add({
        code: this.code,
        subject: `doctor ${id}`,
        detail: `the time zone is ${timezone}, which ${timeZoneMessage(timezone)}`,
        remedy: `As an admin, set it: PATCH /api/doctors/${id} with { "timezone": "..." }, the IANA name of the place.`,
      });
    }
    return findings;
  }
}
