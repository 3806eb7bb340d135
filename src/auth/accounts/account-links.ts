import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../../config/keys.js';
import { Refusal } from '../../errors/domain-error.js';
import type { AccountKind } from '../../outbox/notification-kind.js';
import { Outbox } from '../../outbox/outbox.repository.js';
import { Clock } from '../../time/clock.js';
import {
  expireLinks,
  findAccountOfLink,
  insertLink,
  type LinkedAccount,
  type UsedLink,
  useLink,
} from './account-link.repository.js';
import { goodForMs } from './link-pause.js';
import { LinkPauses, type Mailable } from './link-pauses.js';
import { uidOfLink } from './link-token.js';

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
    if (address !== undefined) await expireLinks(tx, account.id, [kind], new Date(now));
    const isConfirmed = account.isVerified && address === undefined;
    const linkId = await insertLink(tx, {
      accountId: account.id,
      kind,
      sessionVersion: account.sessionVersion,
      address: address ?? null,
      addressHash,
      createdAt: new Date(now),
      expiresAt: new Date(now + goodForMs(kind, isConfirmed, after)),
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
    const account = await findAccountOfLink(this.dataSource, uid, kind, new Date(this.clock.now()));
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
    const link = await useLink(tx, uid, kind, now);
    if (!link) throw linkInvalid();
    return link;
  }

  /** Makes all links useless with which the password of an account could be set. */
  async expirePasswordLinks(tx: EntityManager, accountId: number): Promise<void> {
    const now = new Date(this.clock.now());
    await expireLinks(tx, accountId, ['password_reset', 'invitation'], now);
  }
}

export function linkInvalid(): Refusal {
  return new Refusal(
    'LINK_INVALID',
    'This code is not a valid one: it may have been used, have expired, or be incomplete. Ask for a new one.',
  );
}
