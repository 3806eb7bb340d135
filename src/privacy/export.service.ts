import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { look } from '../database/statement.js';

export type ExportedRow = Record<string, unknown>;

const MINE = 'WHERE doctor_id = (SELECT id FROM doctors WHERE user_id = ?)';

/** All that is held about an account, by what it is called in the export. Each `?` is the account's id. */
const SECTIONS = {
  account: `
    SELECT id, email, role, locale, created_at, verified_at, second_factor_since, disabled_at FROM accounts WHERE id = ?`,
  doctor_profile: 'SELECT id, name, specialty, email, timezone, created_at FROM doctors WHERE user_id = ?',
  availability: `SELECT id, day_of_week, start_time, end_time FROM availability_windows ${MINE}`,
  exceptions: `SELECT id, date, start_time, end_time FROM exceptions ${MINE}`,
  bookings: `
    SELECT b.id, d.name AS doctor_name, d.specialty, b.date, b.start_time, b.duration_minutes, b.starts_at, b.ends_at,
           b.status, b.created_at, b.updated_at
    FROM bookings b JOIN doctors d ON d.id = b.doctor_id WHERE b.user_id = ? ORDER BY b.starts_at`,
  messages: `
    SELECT n.id, n.kind, n.booking_id, n.state, n.reason, n.due_at, n.settled_at
    FROM notifications n JOIN bookings b ON b.id = n.booking_id WHERE b.user_id = ?
    UNION ALL
    SELECT n.id, n.kind, NULL, n.state, n.reason, n.due_at, n.settled_at
    FROM notifications n JOIN account_links l ON l.id = n.link_id WHERE l.account_id = ?
    UNION ALL
    SELECT n.id, n.kind, NULL, n.state, n.reason, n.due_at, n.settled_at
    FROM notifications n WHERE n.account_id = ? AND n.booking_id IS NULL AND n.link_id IS NULL
    ORDER BY id`,
  sessions: `
    SELECT id, created_at, last_seen_at, expires_at, ended_at, address, user_agent
    FROM sessions WHERE account_id = ? ORDER BY id`,
  refresh_tokens: `
    SELECT session_id, created_at, used_at, expires_at FROM refresh_tokens WHERE account_id = ? ORDER BY id`,
  links:
    'SELECT kind, address, created_at, expires_at, used_at FROM account_links WHERE account_id = ? ORDER BY id',
  requests: 'SELECT route, idempotency_key, created_at FROM idempotency_keys WHERE account_id = ?',
  events: `
    SELECT id, at, actor_role, action, subject, subject_id, address, request_id, particulars
    FROM audit_events WHERE actor_id = ?
    UNION ALL
    SELECT id, at, actor_role, action, subject, subject_id, IF(actor_id IS NULL, address, NULL), NULL, particulars
    FROM audit_events
    WHERE (subject = 'account' AND subject_id = ? OR
           subject = 'doctor' AND subject_id = (SELECT id FROM doctors WHERE user_id = ?))
      AND (actor_id IS NULL OR actor_id <> ?)
    ORDER BY id`,
} as const;

export type Export = Record<keyof typeof SECTIONS, ExportedRow[]>;

/** Hands people all that is held about them. */
@Injectable()
export class ExportService {
  constructor(private readonly dataSource: DataSource) {}

  /** Everything but hashes of secrets; times in UTC, dates and times of day as on the doctor's wall. */
  async export(accountId: number): Promise<Export> {
    const sections: [string, ExportedRow[]][] = [];
    for (const [name, sql] of Object.entries(SECTIONS)) {
      const ids = [...sql.matchAll(/\?/g)].map(() => accountId);
      sections.push([name, await look<ExportedRow>(this.dataSource, sql, ids)]);
    }
    return Object.fromEntries(sections) as Export;
  }
}
