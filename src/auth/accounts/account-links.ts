import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../../config/keys.js';
import { look, write } from '../../database/statement.js';
import { Refusal } from '../../errors/domain-error.js';
import { type AccountKind, LINKS_THAT_OUTLIVE_SESSIONS } from '../../outbox/notification-kind.js';
import { Outbox } from '../../outbox/outbox.repository.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import type { Account } from './account.entity.js';
import { goodForMs } from './link-pause.js';
import { LinkPauses, type Mailable } from './link-pauses.js';
import { uidOfLink } from './link-token.js';

/** Parameters: uid, kind, now. */
const IS_GOOD =
  'l.uid = ? AND l.kind = ? AND l.used_at IS NULL AND l.expires_at > ? AND a.disabled_at IS NULL';
const OF_ACCOUNT = `account_links l JOIN accounts a ON a.id = l.account_id
  AND (a.session_version = l.session_version OR l.kind IN ${LINKS_THAT_OUTLIVE_SESSIONS})`;

interface NewLink {
  readonly kind: AccountKind;
  readonly address: string | undefined;
  readonly addressHash: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
}

type LinkedAccount = Pick<Account, 'id' | 'email' | 'mailAddress'>;

/** What a link was mailed for. */
export interface UsedLink {
  readonly accountId: number;
  readonly address: string | null;
}

/**
 * Links that are mailed to an account and are good once, until they expire. Those that confirm or change an address end with
 * the sessions of the account too; those that set a password do not.
 */
@Injectable()
export class AccountLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly pauses: LinkPauses,
    private readonly clock: Clock,
    private readonly keys: Keys,
  ) {}

  /**
   * Has a link mailed, unless one was a while ago; answers how long to wait then, in ms, and else 0. Its code is good at
   * least until another may be mailed.
   *
   * @param address where it goes, if not to the address of the account; earlier links of its kind are then useless
   */
  async mail(tx: EntityManager, account: Mailable, kind: AccountKind, address?: string): Promise<number> {
    const now = this.clock.now();
    const { before, after, addressHash } = await this.pauses.of(tx, { account, kind, address }, now);
    if (before > 0) return before;
    if (address !== undefined) await this.expireAll(tx, account.id, [kind]);
    const isConfirmed = account.isVerified && address === undefined;
    const linkId = await insertLink(tx, account, {
      kind,
      address,
      addressHash,
      createdAt: now,
      expiresAt: now + goodForMs(kind, isConfirmed, after),
    });
    await this.outbox.appendLink(tx, { accountId: account.id, linkId, kind, dueAt: now, address });
    return 0;
  }

  /**
   * The account that a link was mailed to, while the link is good; it stays so.
   *
   * @throws Refusal LINK_INVALID, as `use`
   */
  async find(token: string, kind: AccountKind): Promise<LinkedAccount> {
    const uid = this.keys.find((key) => uidOfLink(token, kind, key));
    if (uid === undefined) throw linkInvalid();
    const [account] = await look<LinkedAccount>(
      this.dataSource,
      `SELECT a.id, a.email, a.mail_address AS mailAddress FROM ${OF_ACCOUNT} WHERE ${IS_GOOD}`,
      [uid, kind, new Date(this.clock.now())],
    );
    if (!account) throw linkInvalid();
    return account;
  }

  /**
   * Uses a link up; answers with the account that it was mailed to, and the address that it is to get, if any.
   *
   * @throws Refusal LINK_INVALID: unknown, for something else, expired, used, or ended with the sessions
   */
  async use(tx: EntityManager, token: string, kind: AccountKind): Promise<UsedLink> {
    const uid = this.keys.find((key) => uidOfLink(token, kind, key));
    const now = new Date(this.clock.now());
    if (uid === undefined) throw linkInvalid();
    // The account's lock comes first, as when an account is disabled, erased or changed.
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
    if (affectedRows === 0) throw linkInvalid();
    const [link] = await look<UsedLink>(
      tx,
      'SELECT account_id AS accountId, address FROM account_links WHERE uid = ?',
      [uid],
    );
    return link!;
  }

  /** Makes all links useless with which the password of an account could be set. */
  async expirePasswordLinks(tx: EntityManager, accountId: number): Promise<void> {
    await this.expireAll(tx, accountId, ['password_reset', 'invitation']);
  }

  private async expireAll(
    tx: EntityManager,
    accountId: number,
    kinds: readonly AccountKind[],
  ): Promise<void> {
    const now = new Date(this.clock.now());
    await write(
      tx,
      'UPDATE account_links SET expires_at = ? WHERE account_id = ? AND kind IN (?) AND expires_at > ?',
      [now, accountId, kinds, now],
    );
  }
}

async function insertLink(
  tx: EntityManager,
  { id, sessionVersion }: Mailable,
  { kind, address, addressHash, createdAt, expiresAt }: NewLink,
): Promise<number> {
  const { insertId } = await write(
    tx,
    `INSERT INTO account_links (uid, account_id, kind, session_version, address, address_hash, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      randomUUID(),
      id,
      kind,
      sessionVersion,
      address ?? null,
      addressHash,
      new Date(createdAt),
      new Date(expiresAt),
    ],
  );
  return insertId;
}

export function linkInvalid(): Refusal {
  return new Refusal(
    'LINK_INVALID',
    'This code is not a valid one: it may have been used, have expired, or be incomplete. Ask for a new one.',
  );
}
