import { type EntityManager, IsNull, Like, Not } from 'typeorm';
import { Refusal } from '../../errors/domain-error.js';
import { Account, ERASED_PATTERN } from './account.entity.js';

/**
 * Call it under `lockAdmins`, before an account stops being an admin who can log in.
 *
 * @throws Refusal LAST_ADMIN if there is no other such admin
 */
export async function assertNotLastAdmin(tx: EntityManager, account: Account): Promise<void> {
  if (account.role !== 'admin' || account.isDisabled) return;
  // Admins who have not accepted their invitation cannot log in: their address is unverified. Nobody can log in to an
  // erased account either; former versions could enable one.
  const others = await tx.existsBy(Account, {
    id: Not(account.id),
    email: Not(Like(ERASED_PATTERN)),
    role: 'admin',
    disabledAt: IsNull(),
    verifiedAt: Not(IsNull()),
  });
  if (!others) {
    throw new Refusal('LAST_ADMIN', 'This is the last admin. Make another account an admin first.');
  }
}
