import type { DataSource } from 'typeorm';
import { look } from '../database/statement.js';
import { inPages, PAGE_ROWS, type Pages, pagesOf } from './exported-pages.js';

const MINE = 'doctor_id = (SELECT id FROM doctors WHERE user_id = ?)';
const BY_ID = { id: 'id' };

/** What the parts of an export are called. */
export type Section =
  | 'account'
  | 'doctor_profile'
  | 'availability'
  | 'exceptions'
  | 'bookings'
  | 'messages'
  | 'sessions'
  | 'refresh_tokens'
  | 'links'
  | 'requests'
  | 'events';

/** All that is held about an account. */
export function sectionsOf(dataSource: DataSource, accountId: number): Record<Section, Pages> {
  const pages = (sql: string, key: Record<string, string>): Pages =>
    pagesOf(dataSource, { sql, parameters: [accountId], key });
  return {
    account: pages(
      `SELECT id, email, mail_address, role, locale, created_at, verified_at, second_factor_since, disabled_at
       FROM accounts WHERE id = ?`,
      BY_ID,
    ),
    doctor_profile: pages(
      'SELECT id, name, specialty, email, timezone, created_at FROM doctors WHERE user_id = ?',
      BY_ID,
    ),
    availability: pages(
      `SELECT id, day_of_week, start_time, end_time FROM availability_windows WHERE ${MINE}`,
      BY_ID,
    ),
    exceptions: pages(`SELECT id, date, start_time, end_time FROM exceptions WHERE ${MINE}`, {
      date: 'date',
      id: 'id',
    }),
    bookings: bookingsOf(dataSource, accountId),
    messages: messagesTo(dataSource, accountId),
    sessions: pages(
      `SELECT id, created_at, last_seen_at, expires_at, ended_at, address, user_agent
       FROM sessions WHERE account_id = ?`,
      BY_ID,
    ),
    refresh_tokens: pages(
      'SELECT id, session_id, created_at, used_at, expires_at FROM refresh_tokens WHERE account_id = ?',
      BY_ID,
    ),
    links: pages(
      'SELECT id, kind, address, created_at, expires_at, used_at FROM account_links WHERE account_id = ?',
      {
        kind: 'kind',
        created_at: 'created_at',
        id: 'id',
      },
    ),
    requests: pages('SELECT route, idempotency_key, created_at FROM idempotency_keys WHERE account_id = ?', {
      route: 'route',
      idempotency_key: 'idempotency_key',
    }),
    events: eventsAbout(dataSource, accountId),
  };
}

/** The keys of an account's bookings, which an index has side by side. */
function bookingKeys(dataSource: DataSource, accountId: number): Pages {
  return pagesOf(dataSource, {
    sql: 'SELECT starts_at, id FROM bookings WHERE user_id = ?',
    parameters: [accountId],
    key: { starts_at: 'starts_at', id: 'id' },
  });
}

async function* bookingsOf(dataSource: DataSource, accountId: number): Pages {
  for await (const keys of bookingKeys(dataSource, accountId)) {
    yield await look(
      dataSource,
      `SELECT b.id, d.name AS doctor_name, d.specialty, b.date, b.start_time, b.duration_minutes, b.starts_at, b.ends_at,
              b.status, b.created_at, b.updated_at
       FROM bookings b JOIN doctors d ON d.id = b.doctor_id WHERE b.id IN (?) ORDER BY b.starts_at, b.id`,
      [keys.map(({ id }) => id)],
    );
  }
}

/** Booking by booking: no index has the messages of an account side by side. */
async function* messagesTo(dataSource: DataSource, accountId: number): Pages {
  for await (const bookings of bookingKeys(dataSource, accountId)) {
    yield* pagesOf(dataSource, {
      sql: `SELECT id, kind, booking_id, booking_version, state, reason, due_at, settled_at
            FROM notifications WHERE booking_id IN (?)`,
      parameters: [bookings.map(({ id }) => id)],
      key: { booking_id: 'booking_id', booking_version: 'booking_version', kind: 'kind' },
    });
  }
  yield* pagesOf(dataSource, {
    sql: `SELECT n.id, n.kind, n.booking_id, n.state, n.reason, n.due_at, n.settled_at, l.created_at, l.id AS link_id
          FROM account_links l JOIN notifications n ON n.link_id = l.id WHERE l.account_id = ?`,
    parameters: [accountId],
    key: { kind: 'l.kind', created_at: 'l.created_at', link_id: 'l.id' },
  });
  yield* pagesOf(dataSource, {
    sql: `SELECT id, kind, NULL AS booking_id, state, reason, due_at, settled_at
          FROM notifications WHERE account_id = ? AND booking_id IS NULL AND link_id IS NULL`,
    parameters: [accountId],
    key: { id: 'id' },
  });
}

const EVENT = 'SELECT id, at, actor_role, action, subject, subject_id';
/** What others and visitors did, without where they called from: who may be the one an account was opened against. */
const BY_OTHERS = `${EVENT}, NULL AS address, NULL AS request_id, particulars
  FROM audit_events WHERE (actor_id IS NULL OR actor_id <> ?) AND`;

/** What the account did, and what was done to it, by id. Each branch reads no more of its index than one page. */
function eventsAbout(dataSource: DataSource, accountId: number): Pages {
  const branches = [
    `${EVENT}, address, request_id, particulars FROM audit_events WHERE actor_id = ?`,
    `${BY_OTHERS} subject = 'account' AND subject_id = ?`,
    `${BY_OTHERS} subject = 'doctor' AND subject_id = (SELECT id FROM doctors WHERE user_id = ?)`,
  ];
  const page = `ORDER BY id LIMIT ${PAGE_ROWS}`;
  const union = branches.map((sql) => `(${sql} AND id > ? ${page})`).join(' UNION ALL ');
  return inPages((last) => {
    const after = last?.id ?? 0;
    const values = [accountId, after, accountId, accountId, after, accountId, accountId, after];
    return look(dataSource, `${union} ${page}`, values);
  });
}
