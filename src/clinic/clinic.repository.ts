import type { EntityManager } from 'typeorm';
import { query, type Source } from '../database/statement.js';
import { ClinicSettings } from './clinic-settings.entity.js';

/** The statements of the `clinic` table. */

const ONLY_ROW = { id: 1 };

/** The country of phone numbers without a country code, ISO 3166-1 alpha-2; null until an admin sets it. */
export async function clinicCountry(source: Source): Promise<string | null> {
  const [row] = await query<{ country: string | null }>(
    source,
    '/* find-clinic-country */ SELECT country FROM clinic',
  );
  return row?.country ?? null;
}

export async function findClinic(source: Source): Promise<ClinicSettings> {
  const [row] = await query<ClinicSettings>(
    source,
    `/* find-clinic */
     SELECT id, name, address, phone, country, horizon_days AS horizonDays, min_notice_minutes AS minNoticeMinutes,
            cancel_cutoff_minutes AS cancelCutoffMinutes, max_live_bookings AS maxLiveBookings,
            type_required AS typeRequired, one_place_at_a_time AS onePlaceAtATime,
            public_availability AS publicAvailability, version
     FROM clinic`,
  );
  return row!;
}

/** The settings, locked until the transaction ends. */
export function lockClinic(tx: EntityManager): Promise<ClinicSettings> {
  return tx.findOneOrFail(ClinicSettings, { where: ONLY_ROW, lock: { mode: 'pessimistic_write' } });
}

export async function updateClinic(tx: EntityManager, settings: ClinicSettings): Promise<void> {
  await tx.update(ClinicSettings, ONLY_ROW, settings);
}

/** Whether availability needs no token. */
export async function isAvailabilityPublic(source: Source): Promise<boolean> {
  const [row] = await query<{ isPublic: 0 | 1 }>(
    source,
    '/* find-public-availability */ SELECT public_availability AS isPublic FROM clinic WHERE id = 1',
  );
  return row?.isPublic === 1;
}
