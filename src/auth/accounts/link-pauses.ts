import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { MailedAddresses } from '../../outbox/mailed-addresses.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { recipientAddressOf } from './account-address.js';
import type { Account } from './account.entity.js';
import { findLatestLinks } from './account-link.repository.js';
import { hashOfAddress } from './address-token.js';
import { pauseAfterNext, pauseBeforeNext, REMEMBERED_MS } from './link-pause.js';
import { isAddressRefused } from './refused-address.repository.js';

/** The part of an account that mailing it a link needs. */
export type LinkRecipient = Pick<Account, 'id' | 'email' | 'mailAddress' | 'sessionVersion' | 'isVerified'>;

/** A link to be mailed. */
export interface LinkRequest {
  readonly account: LinkRecipient;
  readonly kind: LinkKind;
  /** The recipient, if not the address of the account. An account can request any address, including a stranger's. */
  readonly address: string | undefined;
}

export interface LinkPause {
  /** How long to wait before mailing the link, in ms; 0 for now. */
  readonly before: number;
  /** How long to wait after it, in ms. */
  readonly after: number;
  /** The keyed hash of the address, for storing with the link. */
  readonly addressHash: string;
}

/** The pauses between links of a kind to an address, across all accounts, including erased ones. */
@Injectable()
export class LinkPauses {
  constructor(private readonly addresses: MailedAddresses) {}

  /**
   * How long to wait before mailing a link to an address, in ms; 0 for now. Does not lock the address, so call `find`
   * before mailing one. Takes the same statements for every address.
   */
  async peek(
    dataSource: DataSource,
    { address, isConfirmed, kind }: { address: string; isConfirmed: boolean; kind: LinkKind },
    now: EpochMs,
  ): Promise<number> {
    const hashes = this.addresses.hashesOf(address);
    const links = await findLatestLinks(dataSource, { hashes }, kind, new Date(now - REMEMBERED_MS));
    const isRefused = await isAddressRefused(dataSource.manager, hashOfAddress(address));
    return pauseBeforeNext(links, isRefused && !isConfirmed, now);
  }

  /** Locks the address until the transaction ends: of two concurrent requests, the second sees the first one's link. */
  async find(tx: EntityManager, wanted: LinkRequest, now: EpochMs): Promise<LinkPause> {
    const { account, kind, address } = wanted;
    const isConfirmed = account.isVerified && address === undefined;
    const recipient = { address: address ?? recipientAddressOf(account), isConfirmed, kind };
    const pause = await this.findOfAddress(tx, recipient, now);
    if (address === undefined) return pause;
    const accountPause = await pauseOfAccount(tx, wanted, new Date(now - REMEMBERED_MS), now);
    return { ...pause, before: Math.max(accountPause, pause.before) };
  }

  /** The same, for a link that no account requests. */
  async findOfAddress(
    tx: EntityManager,
    { address, isConfirmed, kind }: { address: string; isConfirmed: boolean; kind: LinkKind },
    now: EpochMs,
  ): Promise<LinkPause> {
    const hashes = this.addresses.hashesOf(address);
    await this.addresses.lock(tx, hashes);
    const links = await findLatestLinks(tx, { hashes }, kind, new Date(now - REMEMBERED_MS));
    const isRefused = !isConfirmed && (await isAddressRefused(tx, hashOfAddress(address)));
    return {
      before: pauseBeforeNext(links, isRefused, now),
      after: pauseAfterNext(links, isRefused),
      addressHash: hashes[0]!,
    };
  }
}

/**
 * The pause of an account that requests one new address after another. Without it, the account could have emails sent
 * to any number of addresses. It ignores whether the codes are still valid, because the account itself can end them.
 */
async function pauseOfAccount(
  tx: EntityManager,
  { account, kind }: LinkRequest,
  since: Date,
  now: EpochMs,
): Promise<number> {
  const links = await findLatestLinks(tx, { accountId: account.id }, kind, since);
  return pauseBeforeNext(
    links.map((link) => ({ ...link, validUntil: Infinity })),
    false,
    now,
  );
}
