import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PublicAccount } from './account.entity.js';

/** What a person who registers tells about themselves. */
export interface Person {
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  /** YYYY-MM-DD. */
  readonly birthDate?: string | undefined;
  /** As typed. */
  readonly phone?: string | undefined;
}

/** What another module does for each new account. */
interface AccountExtension {
  /**
   * Checks what the person told, before anything depends on whether the address is taken.
   *
   * @throws Refusal VALIDATION_FAILED
   */
  check(person: Person): Promise<void>;
  /** Inserts the rows of the account into the module's tables. */
  insert(tx: EntityManager, account: PublicAccount, person: Person): Promise<void>;
}

/** Tells another module of each new account, within the transaction that opens it. */
@Injectable()
export class AfterOpening {
  private extension: AccountExtension | undefined;

  register(extension: AccountExtension): void {
    this.extension = extension;
  }

  async check(person: Person): Promise<void> {
    await this.extension?.check(person);
  }

  async run(tx: EntityManager, account: PublicAccount, person: Person = {}): Promise<void> {
    await this.extension?.insert(tx, account, person);
  }
}
