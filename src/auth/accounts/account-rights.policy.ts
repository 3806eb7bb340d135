import type { Role } from '../role.js';
import type { Account } from './account.entity.js';
import { assertAddressVerified } from './address-verification.js';

export interface AccountChange {
  readonly role?: Role | undefined;
  readonly isDisabled?: boolean | undefined;
  /** false takes it away; nobody can give it to another. */
  readonly secondFactor?: boolean | undefined;
}

type Rights = Pick<Account, 'id' | 'role' | 'isDisabled' | 'isVerified'>;

/** A role of higher rank gives access to more data of other people. */
const RANK: Readonly<Record<Role, number>> = { user: 0, doctor: 1, admin: 2 };

/**
 * Only an account whose address is confirmed gets a higher role.
 *
 * @throws Refusal EMAIL_NOT_VERIFIED
 */
export function assertMayHave(account: Rights, { role = account.role }: AccountChange): void {
  if (RANK[role] > RANK[account.role]) assertAddressVerified(account);
}

/**
 * Whether a change is one that an admin proves who they are for: it makes somebody an admin, be the account disabled or
 * not, enables an admin, or takes a second factor away, be it their own. Pure.
 */
export function needsProof(account: Rights, change: AccountChange): boolean {
  const { role = account.role, isDisabled = account.isDisabled, secondFactor } = change;
  const isEnabled = account.isDisabled && !isDisabled;
  const becomesAdmin = role === 'admin' && (account.role !== 'admin' || isEnabled);
  return becomesAdmin || secondFactor === false;
}
