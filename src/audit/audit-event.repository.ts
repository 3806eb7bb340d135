import type { EntityManager } from 'typeorm';
import { type SelectStatement, type Source, execute } from '../database/statement.js';
import type { AuditEvent } from './audit-event.entity.js';

/** The statements that write the `audit_events` table. */

export type NewEvent = Omit<AuditEvent, 'id'>;

const COLUMNS =
  'at, actor_id, actor_role, action, subject, subject_id, address, request_id, particulars, reason';

export async function insertEvent(source: Source, event: NewEvent): Promise<void> {
  await execute(
    source,
    `/* insert-event */ INSERT INTO audit_events (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      event.at,
      event.actorId,
      event.actorRole,
      event.action,
      event.subject,
      event.subjectId,
      event.address,
      event.requestId,
      event.particulars,
      event.reason,
    ],
  );
}

/**
 * Inserts an event for each of many subjects.
 *
 * @param subjects rows with id, and particulars as JSON
 */
export async function insertEvents(
  tx: EntityManager,
  event: Omit<NewEvent, 'subjectId' | 'particulars' | 'reason'>,
  { sql, parameters }: SelectStatement,
): Promise<void> {
  await execute(
    tx,
    `/* insert-events */ INSERT INTO audit_events (${COLUMNS})
     SELECT ?, ?, ?, ?, ?, s.id, ?, ?, s.particulars, NULL FROM (${sql}) s`,
    [
      event.at,
      event.actorId,
      event.actorRole,
      event.action,
      event.subject,
      event.address,
      event.requestId,
      ...parameters,
    ],
  );
}
