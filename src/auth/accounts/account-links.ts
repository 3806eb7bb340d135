import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Keys } from '../../config/keys.js';
import { Refusal } from '../../errors/domain-error.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
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
import { lifetimeMs } from './link-pause.js';
import { LinkPauses, type LinkRecipient } from './link-pauses.js';
import { uidOfLink } from './link-token.js';

/**
 * Links that are mailed to accounts. Each can be used once before it expires. Links that confirm or change an address
 * also end with the sessions of the account; links that set a password do not.
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
   * Mails a link, unless the last one was too recent. The link stays valid at least until the next one may be mailed.
   *
   * @param address the recipient, if not the address of the account; expires the account's earlier links of this kind
   * @returns 0, or how long to wait in ms if the last link was too recent
   */
  async mail(tx: EntityManager, account: LinkRecipient, kind: LinkKind, address?: string): Promise<number> {
    const now = this.clock.now();
    const { before, after, addressHash } = await this.pauses.find(tx, { account, kind, address }, now);
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
      expiresAt: new Date(now + lifetimeMs(kind, isConfirmed, after)),
    });
    await this.outbox.appendLink(tx, { accountId: account.id, linkId, kind, dueAt: now, address });
    return 0;
  }

  /**
   * The account that a valid link was mailed to. Does not use the link up.
   *
   * @throws Refusal LINK_INVALID as `use` does
   */
  async find(token: string, kind: LinkKind): Promise<LinkedAccount> {
    const uid = this.keys.firstResult((key) => uidOfLink(token, kind, key));
    if (uid === undefined) throw linkInvalid();
    const account = await findAccountOfLink(this.dataSource, uid, kind, new Date(this.clock.now()));
    if (!account) throw linkInvalid();
    return account;
  }

  /**
   * Uses a link up. Returns the account that it was mailed to and, for an address change, the new address.
   *
   * @throws Refusal LINK_INVALID: unknown, of another kind, expired, used, or ended with the sessions
   */
  async use(tx: EntityManager, token: string, kind: LinkKind): Promise<UsedLink> {
    const uid = this.keys.firstResult((key) => uidOfLink(token, kind, key));
    const now = new Date(this.clock.now());
    if (uid === undefined) throw linkInvalid();
    const link = await useLink(tx, uid, kind, now);
    if (!link) throw linkInvalid();
    return link;
  }

  /** Expires all links that could set the password of an account. */
  async expirePasswordLinks(tx: EntityManager, accountId: number): Promise<void> {
    const now = new Date(this.clock.now());
    await expireLinks(tx, accountId, ['password_reset', 'invitation'], now);
  }
}

export function linkInvalid(): Refusal {
  return new Refusal(
    'LINK_INVALID',
    'This code is not valid: it may have been used, have expired or be incomplete. Request a new one.',
  );
}
