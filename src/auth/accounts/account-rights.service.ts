import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Change, Changes } from '../../outbox/changes.js';
import type { Notice } from '../../outbox/outbox.repository.js';
import { accountChange, newAdminNotices } from './account-changes.js';
import { ApiEnvironment } from '../../config/api.environment.js';
import type { AccountContext } from '../../http/context.js';
import { assertCurrent } from '../../http/if-match.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import { Clock } from '../../time/clock.js';
import type { EpochMs } from '../../time/interval.js';
import {
  Account,
  isErased,
  NEXT_VERSION,
  NO_SECOND_FACTOR,
  type PublicAccount,
  withoutSecrets,
} from './account.entity.js';
import { lockAccount } from './account.repository.js';
import { AccountsService, noSuchAccount } from './accounts.service.js';
import { type AccountChange, assertMayGetRole, needsReauthentication } from './account-rights.policy.js';
import { assertNotConfigured } from './configured-admin.js';
import { AccountLinks } from './account-links.js';
import { AfterRightsLoss } from './after-rights-loss.js';
import { lockAdmins } from './admin-lock.repository.js';
import { assertNotLastAdmin } from './last-admin.js';
import { passwordRequired, type Proof, Reauthentication } from '../reauthentication.js';
import { Sessions } from '../sessions/sessions.js';

type NewRights = Pick<Account, 'role' | 'disabledAt'>;

/** Changes of roles and states of accounts by admins. */
@Injectable()
export class AccountRights {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly accounts: AccountsService,
    private readonly sessions: Sessions,
    private readonly links: AccountLinks,
    private readonly afterLoss: AfterRightsLoss,
    private readonly reauthentication: Reauthentication,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly environment: ApiEnvironment,
  ) {}

  /**
   * Changes the role of an account, disables or enables it, or removes its second factor. Any change ends its sessions.
   * Disabling it also expires the links that set its password: they stay invalid once it is enabled again.
   *
   * @throws NotFound ACCOUNT_NOT_FOUND, also for an erased account
   * @throws VersionMismatch
   * @throws Refusal EMAIL_NOT_VERIFIED, LAST_ADMIN, IS_CONFIGURED, and if needed those of `Reauthentication`
   * @throws Unauthenticated TOKEN_REVOKED if the admin's own session was ended meanwhile
   */
  async change(
    context: AccountContext,
    id: number,
    change: AccountChange,
    proof: Proof,
  ): Promise<PublicAccount> {
    const prepare = async (): Promise<boolean> => {
      const account = await this.accounts.get(id);
      if (isErased(account)) throw noSuchAccount(id);
      assertMayGetRole(account, change);
      const isProven = needsReauthentication(account, change);
      if (isProven) await this.reauthentication.confirm(context, proof);
      else await this.reauthentication.confirmIfGiven(context, proof);
      return isProven;
    };
    const changed = await this.requests.onceAfter(context, prepare, async (tx, isProven) => {
      await this.changeIn(context, tx, id, change, isProven);
      return withoutSecrets(await tx.findOneByOrFail(Account, { id }));
    });
    this.sessions.remember(id, changed.sessionVersion);
    return changed;
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    change: AccountChange,
    isProven: boolean,
  ): Promise<void> {
    const { role, isDisabled, secondFactor } = change;
    await lockAdmins(tx);
    await this.sessions.lock(context, tx);
    const account = await lockAccount(tx, id);
    if (!account || isErased(account)) throw noSuchAccount(id);
    assertCurrent(context, account.version);
    // Checks again under the lock: another request may have changed the account since `prepare`.
    assertMayGetRole(account, change);
    if (!isProven && needsReauthentication(account, change)) throw passwordRequired();
    const disabledAt = disabledAtAfter(account, isDisabled ?? account.isDisabled, this.clock.now());
    const changed = { role: role ?? account.role, disabledAt };
    const losesFactor = secondFactor === false && account.hasSecondFactor;
    const isSame = changed.role === account.role && changed.disabledAt === account.disabledAt;
    if (isSame && !losesFactor) return;
    await this.assertMayLoseRights(tx, account, changed);
    // Writes only the changed columns, so the update does not undo concurrent changes of others.
    await tx.update(Account, { id }, { ...changed, ...(losesFactor && NO_SECOND_FACTOR), ...NEXT_VERSION });
    if (losesFactor)
      await this.changes.record(context, tx, accountChange('account.second_factor_removed', id));
    if (changed.disabledAt && !account.isDisabled) await this.links.expirePasswordLinks(tx, id);
    await this.sessions.endAll(tx, id);
    if (isSame) return;
    if (changed.role !== 'doctor' || changed.disabledAt) await this.afterLoss.run(context, tx, id);
    await this.changes.record(context, tx, await rightsChange(tx, account, changed));
  }

  /** @throws Refusal IS_CONFIGURED, LAST_ADMIN if the change takes rights from an admin who must keep them */
  private async assertMayLoseRights(tx: EntityManager, account: Account, changed: NewRights): Promise<void> {
    if (changed.role === 'admin' && changed.disabledAt === null) return;
    const losesRights = changed.role !== 'admin' || !account.isDisabled;
    if (account.role === 'admin' && losesRights) assertNotConfigured(account, this.environment);
    await assertNotLastAdmin(tx, account);
  }
}

async function rightsChange(tx: EntityManager, before: Account, changed: NewRights): Promise<Change> {
  const notices: Notice[] = isNewAdmin(before, changed) ? await newAdminNotices(tx, before.id) : [];
  if (changed.role !== before.role) notices.push({ accountId: before.id, kind: 'role_changed' });
  const particulars = { role: changed.role, disabled: changed.disabledAt !== null };
  return { action: 'account.changed', subjectId: before.id, particulars, notices };
}

/** Whether a change makes an account an admin or enables a disabled admin. */
function isNewAdmin(before: Account, { role, disabledAt }: NewRights): boolean {
  if (role !== 'admin') return false;
  return before.role !== 'admin' || (before.isDisabled && disabledAt === null);
}

function disabledAtAfter(account: Account, isDisabled: boolean, now: EpochMs): Date | null {
  if (account.isDisabled === isDisabled) return account.disabledAt;
  return isDisabled ? new Date(now) : null;
}
