import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ApiEnvironment } from '../../config/api.environment.js';
import { ConfigurationError } from '../../config/read-environment.js';
import { Refusal } from '../../errors/domain-error.js';
import { SYSTEM_CONTEXT } from '../../http/context.js';
import { AccountsService } from './accounts.service.js';

/** Opens the admin account that the configuration names, if it does not exist yet. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly environment: ApiEnvironment,
    private readonly accounts: AccountsService,
  ) {}

  /** @throws ConfigurationError if the account exists but is no admin: a stranger may have registered the address */
  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = this.environment;
    if (ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined) return;
    if (await this.adminExists(ADMIN_EMAIL)) return;
    try {
      await this.accounts.open(SYSTEM_CONTEXT, {
        email: ADMIN_EMAIL,
        password: ADMIN_PASSWORD,
        role: 'admin',
      });
      this.logger.log('Opened the account of the first admin');
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'EMAIL_TAKEN')) throw error;
      // Another API process opened the account first, or a visitor registered the address.
      await this.adminExists(ADMIN_EMAIL);
    }
  }

  /** An existing account keeps its password, which may have been changed since. */
  private async adminExists(email: string): Promise<boolean> {
    const account = await this.accounts.findByEmail(email);
    if (account && account.role !== 'admin') throw new ConfigurationError([NOT_AN_ADMIN]);
    return account !== null;
  }
}

const NOT_AN_ADMIN =
  'ADMIN_EMAIL is the address of an account that is not an admin, and the person who opened it knows its password: ' +
  'use another address, or remove ADMIN_EMAIL and ADMIN_PASSWORD and have an admin change the role';
