import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Context } from '../../http/context.js';

/** Changes another module's rows of an account that can no longer act as a doctor. */
type Callback = (context: Context, tx: EntityManager, accountId: number) => Promise<void>;

/**
 * Tells another module of each account that is disabled or has lost the role `doctor`, within the transaction that
 * changes it.
 */
@Injectable()
export class AfterRightsLoss {
  private callback: Callback | undefined;

  register(callback: Callback): void {
    this.callback = callback;
  }

  async run(context: Context, tx: EntityManager, accountId: number): Promise<void> {
    await this.callback?.(context, tx, accountId);
  }
}
