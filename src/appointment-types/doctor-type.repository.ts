import type { EntityManager } from 'typeorm';
import { query, type Source } from '../database/statement.js';
import { type StoredType, TYPE_COLUMNS } from './appointment-type.repository.js';
import { valuesAsJson } from './appointment-type.sql.js';
import { DoctorType } from './doctor-type.entity.js';
import type { OwnValues } from './scheduling-parameters.js';

/** The statements of the `doctor_types` table. */

/** A type that a doctor offers. */
export interface OfferedType {
  readonly type: StoredType;
  readonly own: OwnValues;
}

/** A type for a doctor to offer. */
export interface Offer {
  readonly typeId: number;
  readonly own: OwnValues;
}

/** The types that a doctor offers, by name. */
export async function listOfferedTypes(source: Source, doctorId: number): Promise<OfferedType[]> {
  const rows = await query<StoredType & { own: string }>(
    source,
    `/* list-offered-types */ SELECT ${TYPE_COLUMNS}, CAST(${valuesAsJson('o')} AS CHAR) AS own
     FROM doctor_types o JOIN appointment_types t ON t.id = o.type_id
     WHERE o.doctor_id = ? ORDER BY t.name, t.id`,
    [doctorId],
  );
  return rows.map(({ own, ...type }) => ({ type, own: JSON.parse(own) as OwnValues }));
}

/** Replaces what a doctor offers. */
export async function replaceOffers(
  tx: EntityManager,
  doctorId: number,
  offers: readonly Offer[],
): Promise<void> {
  await tx.delete(DoctorType, { doctorId });
  if (offers.length === 0) return;
  await tx.insert(
    DoctorType,
    offers.map(({ typeId, own }) => ({ doctorId, typeId, ...own })),
  );
}
