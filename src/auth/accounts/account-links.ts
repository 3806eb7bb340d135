import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../../config/keys.js';
import { look, write } from '../../database/statement.js';
import { Refusal } from '../../http/domain-error.js';
import type { AccountKind } from '../../outbox/notification-kind.js';
import { Outbox } from '../../outbox/outbox.js';
import { Clock } from '../../time/clock.js';
import type { Account } from './account.entity.js';
import { uidOfLink } from './link-token.js';

const MINUTE_MS = 60_000;
const GOOD_FOR_MS: Readonly<Record<AccountKind, number>> = {
  password_reset: 60 * MINUTE_MS,
  verify_address: 24 * 60 * MINUTE_MS,
  invitation: 7 * 24 * 60 * MINUTE_MS,
  change_address: 24 * 60 * MINUTE_MS,
};
/** Whoever asks again so soon has a mail on its way, which is as good. */
const ENOUGH_FOR_MS = 2 * MINUTE_MS;

/** Parameters: uid, kind, now. */
const IS_GOOD =
  'l.uid = ? AND l.kind = ? AND l.used_at IS NULL AND l.expires_at > ? AND a.disabled_at IS NULL';
const OF_ACCOUNT =
  'account_links l JOIN accounts a ON a.id = l.account_id AND a.session_version = l.session_version';

/** Links that are mailed to an account and are good once, until they expire or all sessions of the account end. */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly keys: Keys,
  ) {}

  /** Has a link mailed, unless one was a moment ago. */
  async mail(
    tx: EntityManager,
    { id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>,
    kind: AccountKind,
  ): Promise<void> {
    const now = this.clock.now();
    const recent = await look(
      tx,
      `SELECT id FROM account_links
       WHERE account_id = ? AND kind = ? AND created_at > ? AND session_version = ? AND used_at IS NULL LIMIT 1`,
      [id, kind, new Date(now - ENOUGH_FOR_MS), sessionVersion],
    );
    if (recent.length > 0) return;
    const { insertId } = await write(
      tx,
      `INSERT INTO account_links (uid, account_id, kind, session_version, created_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [randomUUID(), id, kind, sessionVersion, new Date(now), new Date(now + GOOD_FOR_MS[kind])],
    );
    await this.outbox.appendLink(tx, { linkId: insertId, kind, dueAt: now });
  }

  /**
   * The account that a link was mailed to, while the link is good; it stays so.
   *
   * @throws Refusal LINK_INVALID, as `use`
   */
  async find(token: string, kind: AccountKind): Promise<Pick<Account, 'id' | 'email'>> {
    const uid = this.keys.find((key) => uidOfLink(token, kind, key));
    if (uid === undefined) throw invalid();
    const [account] = await look<Pick<Account, 'id' | 'email'>>(
      this.dataSource,
      `SELECT a.id, a.email FROM ${OF_ACCOUNT} WHERE ${IS_GOOD}`,
      [uid, kind, new Date(this.clock.now())],
    );
    if (!account) throw invalid();
    return account;
  }

  /**
   * Uses a link up; answers with the account that it was mailed to.
   *
   * @throws Refusal LINK_INVALID: unknown, for something else, expired, used, or ended with the sessions
   */
  async use(tx: EntityManager, token: string, kind: AccountKind): Promise<number> {
    const uid = this.keys.find((key) => uidOfLink(token, kind, key));
    const now = new Date(this.clock.now());
    if (uid === undefined) throw invalid();
    // First, as whoever disables, erases or changes the account does.
    await look(
      tx,
      'SELECT a.id FROM accounts a JOIN account_links l ON l.account_id = a.id WHERE l.uid = ? FOR UPDATE',
      [uid],
    );
    const { affectedRows } = await write(tx, `UPDATE ${OF_ACCOUNT} SET l.used_at = ? WHERE ${IS_GOOD}`, [
      now,
      uid,
      kind,
      now,
    ]);
    if (affectedRows === 0) throw invalid();
    const [link] = await look<{ account_id: number }>(
      tx,
      'SELECT account_id FROM account_links WHERE uid = ?',
      [uid],
    );
    return link!.account_id;
  }
}

function invalid(): Refusal {
  return new Refusal(
    'LINK_INVALID',
    'This code is not a valid one: it may have been used, have expired, or be incomplete. Ask for a new one.',
  );
}
