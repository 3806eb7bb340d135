import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountChange } from './account-changes.js';
import { ApiEnvironment } from '../../config/api.environment.js';
import { deliveryAddress } from '../../config/mail-address.js';
import { inTransaction } from '../../database/in-transaction.js';
import { isDuplicate } from '../../database/mysql-errors.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import type { AccountContext, Context } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { SecondFactors } from '../second-factor/second-factors.service.js';
import { Sessions } from '../sessions/sessions.js';
import { AddressCounters } from '../throttling/address-counters.js';
import { Throttle } from '../../http/rate-limits/throttle.js';
import { columnsOfAddress, recipientAddressOf } from './account-address.js';
import { AccountLinks } from './account-links.js';
import { Account, NEXT_VERSION } from './account.entity.js';
import { assertNotConfigured } from './configured-admin.js';
import { AddressRefusals } from './address-refusals.js';
import { emailTaken } from './insert-account.js';

/** The requested address, with the owner's credentials. */
export interface NewAddress {
  readonly email: string;
  readonly password: string;
  /** The code of the authenticator, if the account has a second factor. */
  readonly code: string | undefined;
}

/**
 * Changes the address of an account after a code that was mailed to the new address comes back. The change ends all
 * sessions, because tokens name the address, and expires the links that were mailed to the old one.
 */
@Injectable()
export class AddressChange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passwords: PasswordsService,
    private readonly secondFactors: SecondFactors,
    private readonly sessions: Sessions,
    private readonly links: AccountLinks,
    private readonly refusals: AddressRefusals,
    private readonly counters: AddressCounters,
    private readonly throttle: Throttle,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * Checks, before `begin`, that the actor may change the address of the account, and returns the account.
   *
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG, IS_CONFIGURED
   * @throws TooManyRequests after too many attempts at the password or at addresses
   */
  async confirm(context: AccountContext, { email, password, code }: NewAddress): Promise<Account> {
    const account = await this.passwords.confirm(context.actor, password);
    await this.secondFactors.check(context.actor, account, code);
    assertNotConfigured(account, this.environment);
    if (deliveryAddress(email) !== recipientAddressOf(account)) await this.count(context);
    return account;
  }

  /**
   * Mails a code to the new address and a notice to the present one. Expires earlier codes.
   *
   * @throws Refusal EMAIL_TAKEN
   * @throws TooManyRequests too soon after the last code
   */
  async begin(context: AccountContext, tx: EntityManager, account: Account, email: string): Promise<void> {
    const wanted = columnsOfAddress(email);
    const [address, present] = [recipientAddressOf(wanted), recipientAddressOf(account)];
    if (address === present) return;
    await this.sessions.lock(context, tx);
    if (await tx.existsBy(Account, { email: wanted.email, id: Not(account.id) })) throw emailTaken();
    const pause = await this.links.mail(tx, account, 'change_address', address);
    if (pause > 0) throw new TooManyRequests(Math.ceil(pause / 1000));
    const recipient = { email: present, isConfirmed: account.isVerified };
    const asked = accountChange('account.address_change_asked', account.id, recipient);
    await this.changes.record(context, tx, asked);
  }

  /** Limits how many addresses can be tried, because the answer reveals which of them have an account. */
  private async count({ actor: { id, address } }: AccountContext): Promise<void> {
    await this.throttle.count('addressChange', `account ${id}`);
    await this.throttle.countFrom('addressChangeAddress', address ?? '');
  }

  /**
   * Requires the password, too. With the code alone, an owner who clicks a link that they did not request would hand
   * their address to a stranger's account.
   *
   * @throws Refusal LINK_INVALID, WRONG_PASSWORD, EMAIL_TAKEN
   * @throws TooManyRequests after too many attempts at the password
   */
  async finish(context: Context, token: string, password: string): Promise<void> {
    const account = await this.links.find(token, 'change_address');
    await this.passwords.confirmLinkHolder(context, 'change_address', account.id, password);
    const { id, former, version } = await inTransaction(this.dataSource, (tx) =>
      this.finishIn(context, tx, token),
    );
    this.sessions.remember(id, version);
    await this.counters.forget(former);
  }

  private async finishIn(
    context: Context,
    tx: EntityManager,
    token: string,
  ): Promise<{ id: number; former: string; version: number }> {
    const { accountId: id, address } = await this.links.use(tx, token, 'change_address');
    const before = await tx.findOneByOrFail(Account, { id });
    const former = recipientAddressOf(before);
    // These links are in the mailbox of the former address.
    await this.links.expirePasswordLinks(tx, id);
    await setAddress(tx, id, address!);
    await tx.update(Account, { id, verifiedAt: IsNull() }, { verifiedAt: new Date(this.clock.now()) });
    await this.refusals.lift(tx, address!);
    const changed = accountChange('account.address_changed', id);
    const toFormer = accountChange('account.address_changed', id, {
      email: former,
      isConfirmed: before.isVerified,
    });
    const notices = [...changed.notices, ...toFormer.notices];
    await this.changes.record(context, tx, { ...changed, notices });
    return { id, former, version: await this.sessions.endAll(tx, id) };
  }
}

/** @throws Refusal EMAIL_TAKEN if another account got the address meanwhile */
async function setAddress(tx: EntityManager, id: number, address: string): Promise<void> {
  try {
    await tx.update(Account, { id }, { ...columnsOfAddress(address), ...NEXT_VERSION });
  } catch (error) {
    throw isDuplicate(error, 'accounts_email') ? emailTaken() : error;
  }
}
