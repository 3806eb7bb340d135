import type { DataSource, EntityManager } from 'typeorm';
import { query } from '../database/statement.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import { AvailabilityException } from './availability-exception.entity.js';

/** The statements of the `exceptions` table. */

const START = "COALESCE(start_time, '00:00:00')";

/** The last exception of the previous page. */
interface Position {
  readonly date: string;
  /** HH:MM:SS */
  readonly time: string;
  readonly id: number;
}

/** The exceptions of a doctor, or of an account's doctor, by date and start. */
export function findExceptions(
  dataSource: DataSource,
  owner: { readonly doctorId: number } | { readonly accountId: number },
  { date, time, id }: Position,
  limit: number,
): Promise<AvailabilityException[]> {
  const [doctor, ownerId] =
    'doctorId' in owner ? ['?', owner.doctorId] : [DOCTOR_ID_OF_ACCOUNT, owner.accountId];
  return query(
    dataSource,
    `/* find-exceptions */
     SELECT id, doctor_id AS doctorId, date, start_time AS startTime, end_time AS endTime, day_version AS dayVersion
     FROM exceptions
     WHERE doctor_id = ${doctor} AND date >= ? AND (date, ${START}, id) > (?, ?, ?)
     ORDER BY date, ${START}, id LIMIT ${Number(limit)}`,
    [ownerId, date, date, time, id],
  );
}

export async function insertException(
  tx: EntityManager,
  exception: Omit<AvailabilityException, 'id'>,
): Promise<AvailabilityException> {
  const added = tx.create(AvailabilityException, exception);
  await tx
    .createQueryBuilder()
    .insert()
    .into(AvailabilityException)
    .values(added)
    .comment('insert-exception')
    .execute();
  return added;
}
