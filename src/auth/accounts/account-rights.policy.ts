import type { Role } from '../role.js';
import type { Account } from './account.entity.js';
import { assertAddressVerified } from './address-verification.js';

export interface AccountChange {
  readonly role?: Role | undefined;
  readonly isDisabled?: boolean | undefined;
  /** false removes it; true changes nothing, because only the owner can set one up. */
  readonly secondFactor?: boolean | undefined;
}

type Rights = Pick<Account, 'id' | 'role' | 'isDisabled' | 'isVerified'>;

/** A higher role gives access to more data of other people. */
const RANK: Readonly<Record<Role, number>> = { user: 0, doctor: 1, staff: 2, admin: 3 };

/**
 * Requires a confirmed address for a higher role.
 *
 * @throws Refusal EMAIL_NOT_VERIFIED
 */
export function assertMayGetRole(account: Rights, { role = account.role }: AccountChange): void {
  if (RANK[role] > RANK[account.role]) assertAddressVerified(account);
}

/**
 * Whether the acting admin must reauthenticate for a change: it makes an account an admin, even a disabled one, enables
 * an admin, or removes a second factor, even the actor's own. Pure.
 */
export function needsReauthentication(account: Rights, change: AccountChange): boolean {
  const { role = account.role, isDisabled = account.isDisabled, secondFactor } = change;
  const isEnabled = account.isDisabled && !isDisabled;
  const becomesAdmin = role === 'admin' && (account.role !== 'admin' || isEnabled);
  return becomesAdmin || secondFactor === false;
}
