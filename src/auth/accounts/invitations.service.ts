import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountOpened } from './account-changes.js';
import { ApiEnvironment } from '../../config/api.environment.js';
import { TooManyRequests } from '../../errors/domain-error.js';
import type { AccountContext } from '../../http/context.js';
import { Clock } from '../../time/clock.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { Sessions } from '../sessions/sessions.js';
import { columnsOfAddress } from './account-address.js';
import type { PublicAccount } from './account.entity.js';
import { AccountLinks } from './account-links.js';
import { AfterOpening } from './after-opening.js';
import type { NewAccount } from './accounts.service.js';
import { insertAccount } from './insert-account.js';

/** Invites people to accounts. They choose the password with a mailed link, so nobody else ever knows it. */
@Injectable()
export class Invitations {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly links: AccountLinks,
    private readonly afterOpening: AfterOpening,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * Opens an account that nobody can log in to yet, and mails its owner an invitation.
   *
   * @throws Refusal EMAIL_TAKEN
   * @throws TooManyRequests too soon after another account's invitation to the same address
   */
  async openIn(
    context: AccountContext,
    tx: EntityManager,
    { email, role, locale = this.environment.DEFAULT_LOCALE }: Omit<NewAccount, 'password'>,
  ): Promise<PublicAccount> {
    await this.sessions.lock(context, tx);
    const opened = await insertAccount(tx, {
      ...columnsOfAddress(email),
      passwordHash: await this.hasher.hashOfUnknownPassword(),
      role,
      locale,
      createdAt: new Date(this.clock.now()),
      verifiedAt: null,
    });
    await this.afterOpening.run(tx, opened);
    const pause = await this.links.mail(tx, opened, 'invitation');
    if (pause > 0) throw new TooManyRequests(Math.ceil(pause / 1000));
    await this.changes.record(context, tx, await accountOpened(tx, opened, { invited: true }));
    return opened;
  }
}
