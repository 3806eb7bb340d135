import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Account } from './account.entity.js';
import { AddressVerification } from './address-verification.js';
import { AccountsService } from './accounts.service.js';
import { LoginFailures } from './login-failures.js';
import { Throttle } from './throttle.js';

/** The one way in with a password, for the API and for the queue dashboard alike. */
@Injectable()
export class LoginService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly failures: LoginFailures,
    private readonly verification: AddressVerification,
    private readonly throttle: Throttle,
  ) {}

  /**
   * The account that this email and password belong to. After many failures it takes longer to be told.
   *
   * @param address where the attempt comes from
   * @throws Refusal INVALID_CREDENTIALS, EMAIL_NOT_VERIFIED
   * @throws TooManyRequests after too many attempts from this address, or from it on this account
   */
  async logIn(email: string, password: string, address: string): Promise<Account> {
    await this.throttle.countFrom('loginByAddress', address);
    await this.throttle.countFrom('loginByAccount', address, email.toLowerCase());
    const attempt = await this.failures.begin(email, address);
    if (attempt.delayMs > 0) await sleep(attempt.delayMs);
    const account = await this.accounts.authenticate(email, password);
    await attempt.succeeded();
    this.verification.assertVerified(account);
    return account;
  }
}
