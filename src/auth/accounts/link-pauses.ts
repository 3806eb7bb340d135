import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MailedAddresses } from '../../outbox/mailed-addresses.js';
import type { AccountKind } from '../../outbox/notification-kind.js';
import type { EpochMs } from '../../time/interval.js';
import { mailsOf } from './account-address.js';
import type { Account } from './account.entity.js';
import { findLatestLinks } from './account-link.repository.js';
import { hashOfAddress } from './address-token.js';
import { pauseAfterNext, pauseBeforeNext, REMEMBERED_MS } from './link-pause.js';
import { isAddressRefused } from './refused-address.repository.js';

/** An account as far as mailing it a link goes. */
export type Mailable = Pick<Account, 'id' | 'email' | 'mailAddress' | 'sessionVersion' | 'isVerified'>;

/** A link that is to be mailed. */
export interface WantedLink {
  readonly account: Mailable;
  readonly kind: AccountKind;
  /** Where it goes, if not to the address of the account: anybody can have an account ask for any address. */
  readonly address: string | undefined;
}

export interface LinkPause {
  /** How long to wait before the link, in ms; 0 for not at all. */
  readonly before: number;
  /** How long to wait after it. */
  readonly after: number;
  /** The keyed hash of the address, to be kept with the link. */
  readonly addressHash: string;
}

/** The pauses between links of a kind to an address, whichever accounts they were for, erased ones too. */
@Injectable()
export class LinkPauses {
  constructor(private readonly addresses: MailedAddresses) {}

  /** Locks the address until the transaction ends: of two requests at once the second sees the link of the first. */
  async of(tx: EntityManager, wanted: WantedLink, now: EpochMs): Promise<LinkPause> {
    const { account, kind, address } = wanted;
    const email = address ?? mailsOf(account);
    const hashes = this.addresses.hashesOf(email);
    await this.addresses.lock(tx, hashes);
    const since = new Date(now - REMEMBERED_MS);
    const links = await findLatestLinks(tx, { hashes }, kind, since);
    const isConfirmed = account.isVerified && address === undefined;
    const isRefused = !isConfirmed && (await isAddressRefused(tx, hashOfAddress(email)));
    const ofAccount = address === undefined ? 0 : await pauseOfAccount(tx, wanted, since, now);
    return {
      before: Math.max(ofAccount, pauseBeforeNext(links, isRefused, now)),
      after: pauseAfterNext(links, isRefused),
      addressHash: hashes[0]!,
    };
  }
}

/**
 * An account that asks for one address after the other pauses as well, or it could have mails sent to any number of them.
 * It does so whether its codes are good or not: that is in its own hands.
 */
async function pauseOfAccount(
  tx: EntityManager,
  { account, kind }: WantedLink,
  since: Date,
  now: EpochMs,
): Promise<number> {
  const links = await findLatestLinks(tx, { accountId: account.id }, kind, since);
  return pauseBeforeNext(
    links.map((link) => ({ ...link, goodUntil: Infinity })),
    false,
    now,
  );
}
