import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { look } from '../../database/statement.js';
import { MailedAddresses } from '../../outbox/mailed-addresses.js';
import type { AccountKind } from '../../outbox/notification-kind.js';
import { existsNotification } from '../../outbox/notification.sql.js';
import type { EpochMs } from '../../time/interval.js';
import { mailsOf } from './account-address.js';
import type { Account } from './account.entity.js';
import { joinAccount, LINK_HAS_ENDED } from './account.sql.js';
import { hashOfAddress } from './address-token.js';
import {
  type MailedLink,
  MOST_REMEMBERED,
  pauseAfterNext,
  pauseBeforeNext,
  REMEMBERED_MS,
} from './link-pause.js';

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

interface Row {
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly used_at: Date | null;
  readonly has_ended: 0 | 1;
}

// Of a link whose mail was held back, or refused by the mail server, nobody has the code.
const LINKS = `
  SELECT l.created_at, l.expires_at, l.used_at,
         ${LINK_HAS_ENDED}
           OR ${existsNotification("n.link_id = l.id AND n.state IN ('cancelled', 'dead')")} AS has_ended
  FROM account_links l ${joinAccount('l.account_id')}`;
const LATEST = `ORDER BY l.created_at DESC, l.id DESC LIMIT ${MOST_REMEMBERED}`;

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
    const links = await mailedLinks(tx, 'l.address_hash IN (?)', [hashes, kind, since]);
    const isConfirmed = account.isVerified && address === undefined;
    const isRefused = !isConfirmed && (await wantsNoMails(tx, email));
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
  const links = await mailedLinks(tx, 'l.account_id = ?', [account.id, kind, since]);
  return pauseBeforeNext(
    links.map((link) => ({ ...link, goodUntil: Infinity })),
    false,
    now,
  );
}

async function mailedLinks(tx: EntityManager, whose: string, parameters: unknown[]): Promise<MailedLink[]> {
  const rows = await look<Row>(
    tx,
    `${LINKS} WHERE ${whose} AND l.kind = ? AND l.created_at > ? ${LATEST}`,
    parameters,
  );
  return rows.map(({ created_at, expires_at, used_at, has_ended }) => ({
    createdAt: created_at.getTime(),
    isUsed: used_at !== null,
    goodUntil: (has_ended ? created_at : expires_at).getTime(),
  }));
}

async function wantsNoMails(tx: EntityManager, email: string): Promise<boolean> {
  const rows = await look(tx, 'SELECT 1 FROM refused_addresses WHERE hash = ?', [hashOfAddress(email)]);
  return rows.length > 0;
}
