import { Injectable } from '@nestjs/common';
import { RefusalTrail } from '../../audit/refusal-trail.js';
import { Keys } from '../../config/keys.js';
import { canonicalAddress } from '../../config/mail-address.js';
import { Refusal } from '../../errors/domain-error.js';
import type { Context } from '../../http/context.js';

/** Records answers that reveal that an address has an account. */
@Injectable()
export class TakenAddresses {
  constructor(
    private readonly refusals: RefusalTrail,
    private readonly keys: Keys,
  ) {}

  /**
   * Runs work, and records EMAIL_TAKEN in the audit trail with the keyed hash that a refused log-in has. Call it outside
   * of transactions: the event takes a connection of its own.
   */
  async recordTaken<T>(context: Context, email: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal && error.code === 'EMAIL_TAKEN') {
        const email_hash = this.keys.hash(`login ${canonicalAddress(email)}`);
        await this.refusals.record(context, {
          action: 'account.access_denied',
          subjectId: context.actor.id ?? 0,
          particulars: { code: error.code, email_hash },
        });
      }
      throw error;
    }
  }
}
