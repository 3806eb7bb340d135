import type { ApiEnvironment } from '../../config/api.environment.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { Refusal } from '../../errors/domain-error.js';
import type { Account } from './account.entity.js';

/**
 * Protects the account that `ADMIN_EMAIL` names: it must keep its role and address and stay enabled, because each start
 * relies on it.
 *
 * @throws Refusal IS_CONFIGURED
 */
export function assertNotConfigured(
  { email }: Pick<Account, 'email'>,
  { ADMIN_EMAIL }: Pick<ApiEnvironment, 'ADMIN_EMAIL'>,
): void {
  if (ADMIN_EMAIL === undefined || email !== canonicalAddress(ADMIN_EMAIL)) return;
  throw new Refusal(
    'IS_CONFIGURED',
    'ADMIN_EMAIL names this account, so every start relies on it. Have the operator remove the address from the configuration first.',
  );
}
