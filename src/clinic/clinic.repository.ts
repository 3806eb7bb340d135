import { query, type Source } from '../database/statement.js';

/** The statements of the `clinic` table. */

/** The country of phone numbers without a country code, ISO 3166-1 alpha-2; null until an admin sets it. */
export async function clinicCountry(source: Source): Promise<string | null> {
  const [row] = await query<{ country: string | null }>(
    source,
    '/* find-clinic-country */ SELECT country FROM clinic',
  );
  return row?.country ?? null;
}
