import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { THE_SERVICE } from '../../audit/actor.js';
import { Environment } from '../../config/environment.js';
import { Refusal } from '../../http/domain-error.js';
import { AccountsService } from './accounts.service.js';

/** Opens the admin account that the configuration names, where it does not exist yet. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly environment: Environment,
    private readonly accounts: AccountsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = this.environment;
    if (ADMIN_EMAIL === undefined || ADMIN_PASSWORD === undefined) return;
    // Where it stands already its password may have been changed since, and is left alone.
    if (await this.accounts.isOpen(ADMIN_EMAIL)) return;
    try {
      await this.accounts.open(THE_SERVICE, {
        email: ADMIN_EMAIL,
        password: ADMIN_PASSWORD,
        role: 'admin',
      });
      this.logger.log('Opened the account of the first admin');
    } catch (error) {
      // Another API process started at the same moment and was first.
      if (!(error instanceof Refusal && error.code === 'EMAIL_TAKEN')) throw error;
    }
  }
}
