import type { DataSource } from 'typeorm';
import { inPages, PAGE_ROWS, type Pages, pagesOf } from '../database/pages.js';
import { query } from '../database/statement.js';
import type { AuditSubject } from './audit-action.js';

const OWN = ['address, request_id', 'actor_id = ?'] as const;

/**
 * Events of others and visitors, without their network address: a visitor may be a person the account was opened
 * against.
 */
function byOthers(condition: string): readonly [columns: string, condition: string] {
  return ['NULL AS address, NULL AS request_id', `(actor_id IS NULL OR actor_id <> ?) AND ${condition}`];
}

/**
 * What the account did, and what was done to it, by id. Each branch reads at most one page of its index.
 *
 * @param doctorOfAccount SQL for the id of the account's doctor, if any; its parameter is the account
 */
export function exportEvents(dataSource: DataSource, accountId: number, doctorOfAccount: string): Pages {
  const branches = [
    OWN,
    byOthers("subject = 'account' AND subject_id = ?"),
    byOthers(`subject = 'doctor' AND subject_id = ${doctorOfAccount}`),
  ];
  const page = `ORDER BY id LIMIT ${PAGE_ROWS}`;
  const union = branches
    .map(
      ([columns, condition]) =>
        `(SELECT id, at, actor_role, action, subject, subject_id, ${columns}, particulars
          FROM audit_events WHERE ${condition} AND id > ? ${page})`,
    )
    .join(' UNION ALL ');
  return inPages((last) => {
    const after = last?.id ?? 0;
    const values = [accountId, after, accountId, accountId, after, accountId, accountId, after];
    return query(dataSource, `/* export-events */ ${union} ${page}`, values);
  });
}

/** What was done to subjects, by id, without the network addresses of those who did it. */
export function eventsAbout(
  dataSource: DataSource,
  subject: AuditSubject,
  subjectIds: readonly unknown[],
): Pages {
  const sql = `/* export-events-about */
    SELECT id, at, actor_role, action, subject, subject_id, particulars, reason FROM audit_events
    WHERE subject = ? AND subject_id IN (?)`;
  return pagesOf(dataSource, { sql, parameters: [subject, subjectIds], key: { id: 'id' } });
}
