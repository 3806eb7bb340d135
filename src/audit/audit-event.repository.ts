import type { EntityManager } from 'typeorm';
import { type SelectStatement, type Source, execute, query } from '../database/statement.js';
import type { AuditSubject } from './audit-action.js';
import type { AuditEvent } from './audit-event.entity.js';

/** The statements of the `audit_events` table that other modules share. */

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

/** The events of a subject, oldest first, without those that only read it. Uses `audit_events_subject`. */
export function findEventsOfSubject(
  source: Source,
  { subject, subjectId, after, limit }: { subject: string; subjectId: number; after: number; limit: number },
): Promise<AuditEvent[]> {
  return query(
    source,
    `/* list-events-of-subject */
     SELECT id, at, actor_id AS actorId, actor_role AS actorRole, action, subject, subject_id AS subjectId, address,
            request_id AS requestId, particulars, reason
     FROM audit_events WHERE subject = ? AND subject_id = ? AND id > ? AND action <> CONCAT(subject, '.read')
     ORDER BY id LIMIT ${Number(limit)}`,
    [subject, subjectId, after],
  );
}

/**
 * Clears why events of these subjects happened.
 *
 * @param subjects rows with id
 */
export async function eraseReasons(
  tx: EntityManager,
  subject: AuditSubject,
  { sql, parameters }: SelectStatement,
): Promise<void> {
  await execute(
    tx,
    `/* erase-reasons */ UPDATE audit_events e JOIN (${sql}) s ON s.id = e.subject_id SET e.reason = NULL
     WHERE e.subject = ? AND e.reason IS NOT NULL`,
    [...parameters, subject],
  );
}
