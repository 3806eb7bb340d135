import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Locale } from '../../config/locale.js';
import type { PublicAccount } from './account.entity.js';

/** What a person who registers tells about themselves. */
export interface Person {
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  /** YYYY-MM-DD. */
  readonly birthDate?: string | undefined;
  /** As typed. */
  readonly phone?: string | undefined;
  readonly locale?: Locale | undefined;
}

/** Inserts the rows of a new account into another module's tables. */
type Callback = (tx: EntityManager, account: PublicAccount, person: Person) => Promise<void>;

/** Tells another module of each new account, within the transaction that opens it. */
@Injectable()
export class AfterOpening {
  private callback: Callback | undefined;

  register(callback: Callback): void {
    this.callback = callback;
  }

  async run(tx: EntityManager, account: PublicAccount, person: Person = {}): Promise<void> {
    await this.callback?.(tx, account, person);
  }
}
