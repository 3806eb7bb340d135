import { Injectable } from '@nestjs/common';
import type { AccountContext, Context } from '../../http/context.js';

/** How another module accepts the invitation of a patient. */
interface Acceptance {
  /** Opens an account for the patient. */
  withPassword(context: Context, token: string, password: string): Promise<void>;
  /** Gives the patient to the account that is signed in. */
  bySignedIn(context: AccountContext, token: string): Promise<void>;
}

/** Hands invitations of patients to the module that knows patients and their bookings. */
@Injectable()
export class InvitedPatients {
  private acceptance: Acceptance | undefined;

  register(acceptance: Acceptance): void {
    this.acceptance = acceptance;
  }

  async acceptWithPassword(context: Context, token: string, password: string): Promise<void> {
    await this.acceptance!.withPassword(context, token, password);
  }

  async acceptBySignedIn(context: AccountContext, token: string): Promise<void> {
    await this.acceptance!.bySignedIn(context, token);
  }
}
