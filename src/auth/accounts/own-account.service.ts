import { Injectable } from '@nestjs/common';
import type { Locale } from '../../config/locale.js';
import type { AccountContext } from '../../http/context.js';
import { assertCurrent } from '../../http/if-match.js';
import { IdempotentRequests } from '../../idempotency/idempotent-requests.js';
import { Account, NEXT_VERSION, type PublicAccount, withoutSecrets } from './account.entity.js';
import { lockAccount } from './account.repository.js';
import { AddressChange, type NewAddress } from './address-change.js';
import { TakenAddresses } from './taken-addresses.js';

interface OwnChange {
  readonly locale: Locale | undefined;
  /** Only begins the change of the address: see `AddressChange`. */
  readonly address: NewAddress | undefined;
}

/** Changes the account of the actor, in one transaction. */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly addressChange: AddressChange,
    private readonly taken: TakenAddresses,
  ) {}

  /**
   * @throws VersionMismatch
   * @throws Refusal WRONG_PASSWORD, SECOND_FACTOR_REQUIRED, SECOND_FACTOR_WRONG, IS_CONFIGURED, EMAIL_TAKEN
   * @throws TooManyRequests after too many attempts, or too soon after the last code
   */
  async change(context: AccountContext, { locale, address }: OwnChange): Promise<PublicAccount> {
    const { id } = context.actor;
    const prepare = async (): Promise<Account | undefined> =>
      address && (await this.addressChange.confirm(context, address));
    const change = (): Promise<PublicAccount> =>
      this.requests.onceAfter(context, prepare, async (tx, account) => {
        const present = (await lockAccount(tx, id))!;
        assertCurrent(context, present.version);
        if (account && address) await this.addressChange.begin(context, tx, account, address.email);
        if (locale !== undefined && locale !== present.locale)
          await tx.update(Account, { id }, { locale, ...NEXT_VERSION });
        return withoutSecrets(await tx.findOneByOrFail(Account, { id }));
      });
    return address ? this.taken.recordTaken(context, address.email, change) : change();
  }
}
