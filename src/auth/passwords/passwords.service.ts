import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { Changes } from '../../outbox/changes.js';
import { accountChange } from '../accounts/account-changes.js';
import { RefusalTrail } from '../../audit/refusal-trail.js';
import { inTransaction } from '../../database/in-transaction.js';
import { Refusal, tokenRevoked } from '../../errors/domain-error.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import type { LinkKind } from '../../outbox/notification-kind.js';
import { Clock } from '../../time/clock.js';
import { recipientAddressOf } from '../accounts/account-address.js';
import { AccountLinks } from '../accounts/account-links.js';
import {
  Account,
  hasUnverifiedFactor,
  NEXT_VERSION,
  NO_SECOND_FACTOR,
  type PublicAccount,
  withoutSecrets,
} from '../accounts/account.entity.js';
import { AddressRefusals } from '../accounts/address-refusals.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { RequestedLinks } from '../accounts/requested-links.js';
import type { AccountContext, Context } from '../../http/context.js';
import { NewPasswords } from './new-passwords.js';
import { PasswordHasher } from './password-hasher.js';
import { Sessions } from '../sessions/sessions.js';
import { wrongPassword } from './wrong-password.js';
import { sessionKey, type SignedIn } from '../../http/rate-limits/request-limits.js';
import { Throttle } from '../../http/rate-limits/throttle.js';

/** The links that set a password, each with its audit event. */
const EVENT_OF_LINK = {
  password_reset: 'account.password_reset',
  invitation: 'account.invitation_accepted',
} as const;

type PasswordLink = keyof typeof EVENT_OF_LINK;

/** Changes passwords, with the old password or with a mailed link. A new password ends all sessions. */
@Injectable()
export class PasswordsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly accounts: AccountsService,
    private readonly hasher: PasswordHasher,
    private readonly newPasswords: NewPasswords,
    private readonly sessions: Sessions,
    private readonly links: AccountLinks,
    private readonly requested: RequestedLinks,
    private readonly refusals: AddressRefusals,
    private readonly changes: Changes,
    private readonly denials: RefusalTrail,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
  ) {}

  /**
   * Changes the actor's password. Returns the account, for which a new token can be issued.
   *
   * @throws Refusal WRONG_PASSWORD, VALIDATION_FAILED
   * @throws Unauthenticated TOKEN_REVOKED if the session was ended meanwhile
   * @throws TooManyRequests after too many attempts
   */
  async change(context: AccountContext, oldPassword: string, newPassword: string): Promise<PublicAccount> {
    const prepare = async (): Promise<[before: string, after: string]> => {
      const account = await this.confirm(context.actor, oldPassword);
      await this.newPasswords.assertNotCommon(newPassword, account.email, 'new_password');
      return [account.passwordHash, await this.hasher.hash(newPassword)];
    };
    const changed = await this.requests.onceAfter(context, prepare, (tx, hashes) =>
      this.changeIn(context, tx, ...hashes),
    );
    this.sessions.remember(context.actor.id, changed.sessionVersion);
    return changed;
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    before: string,
    passwordHash: string,
  ): Promise<PublicAccount> {
    const { id } = context.actor;
    await this.sessions.lock(context, tx);
    // Of two concurrent changes, the second finds that its old password is no longer right.
    const { affected } = await tx.update(Account, { id, passwordHash: before }, { passwordHash });
    if (!affected) throw wrongPassword();
    await this.changes.record(context, tx, accountChange('account.password_changed', id));
    await this.sessions.endAll(tx, id);
    return withoutSecrets(await tx.findOneByOrFail(Account, { id }));
  }

  /** Mails a reset link if the address has an account. Does not reveal whether it has one. */
  async requestReset(context: Context, email: string): Promise<void> {
    await this.requested.mail(email, {
      kind: 'password_reset',
      accounts: { disabledAt: IsNull() },
      onMailed: (tx, { id }) => this.changes.record(context, tx, accountChange('account.reset_asked', id)),
    });
  }

  /**
   * Replaces a forgotten password, with a mailed link.
   *
   * @throws Refusal LINK_INVALID, VALIDATION_FAILED
   */
  async reset(context: Context, token: string, newPassword: string): Promise<void> {
    const { email } = await this.links.find(token, 'password_reset');
    await this.newPasswords.assertNotCommon(newPassword, email, 'new_password');
    await this.setByLink(context, token, 'password_reset', newPassword);
  }

  /**
   * Sets the first password of an account that was opened by invitation.
   *
   * @throws Refusal LINK_INVALID, VALIDATION_FAILED
   */
  async acceptInvitation(context: Context, token: string, password: string): Promise<void> {
    const { email } = await this.links.find(token, 'invitation');
    await this.newPasswords.assertNotCommon(password, email);
    await this.setByLink(context, token, 'invitation', password);
  }

  /**
   * The link proves that its holder reads the emails of the address. It confirms the address, and removes a second
   * factor that a stranger may have set before.
   */
  private async setByLink(
    context: Context,
    token: string,
    kind: PasswordLink,
    password: string,
  ): Promise<void> {
    const passwordHash = await this.hasher.hash(password);
    const [id, version] = await inTransaction(this.dataSource, async (tx) => {
      const { accountId: id } = await this.links.use(tx, token, kind);
      await this.links.expirePasswordLinks(tx, id);
      const account = await tx.findOneByOrFail(Account, { id });
      const isFactorUnverified = hasUnverifiedFactor(account);
      const verifiedAt = account.verifiedAt ?? new Date(this.clock.now());
      const isShown = isFactorUnverified || !account.isVerified;
      const changed = { passwordHash, verifiedAt, ...(isFactorUnverified && NO_SECOND_FACTOR) };
      await tx.update(Account, { id }, { ...changed, ...(isShown && NEXT_VERSION) });
      await this.refusals.lift(tx, recipientAddressOf(account));
      if (isFactorUnverified && account.hasSecondFactor) {
        await this.changes.record(context, tx, accountChange('account.second_factor_removed', id));
      }
      await this.changes.record(context, tx, accountChange(EVENT_OF_LINK[kind], id));
      return [id, await this.sessions.endAll(tx, id)] as const;
    });
    this.sessions.remember(id, version);
  }

  /**
   * Checks the account's password for a request with a mailed code, and records a wrong one in the audit trail.
   * Attempts count separately from the owner's, so a reader of the emails cannot use those up.
   *
   * @throws Refusal WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts
   */
  async confirmLinkHolder(context: Context, link: LinkKind, id: number, password: string): Promise<void> {
    try {
      await this.check(id, password, `visitor of account ${id}`);
    } catch (error) {
      if (error instanceof Refusal) {
        const particulars = { code: error.code, link };
        await this.denials.record(context, { action: 'account.access_denied', subjectId: id, particulars });
      }
      throw error;
    }
  }

  /**
   * Checks the password of the signed-in account, and counts the attempt by session.
   *
   * @throws Refusal WRONG_PASSWORD
   * @throws TooManyRequests after too many attempts
   */
  confirm(signedIn: SignedIn, password: string): Promise<Account> {
    return this.check(signedIn.id, password, sessionKey(signedIn));
  }

  private async check(id: number, password: string, key: string): Promise<Account> {
    await this.throttle.count('password', key);
    const account = await this.accounts.find(id);
    if (!account) throw tokenRevoked();
    if (!(await this.hasher.verify(account.passwordHash, password))) throw wrongPassword();
    return account;
  }
}
