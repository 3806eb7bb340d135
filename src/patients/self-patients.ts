import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { PublicAccount } from '../auth/accounts/account.entity.js';
import { AfterOpening, type Person } from '../auth/accounts/after-opening.js';
import { inTransaction } from '../database/in-transaction.js';
import { Clock } from '../time/clock.js';
import { DetailsService } from './details.service.js';
import { insertMissingSelves, insertPatient } from './patient.repository.js';

/** Gives each account its patient: the account's owner. */
@Injectable()
export class SelfPatients implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger(SelfPatients.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly afterOpening: AfterOpening,
    private readonly details: DetailsService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.afterOpening.register({
      check: async (person) => void (await this.details.read(this.dataSource, person)),
      insert: (tx, account, person) => this.insert(tx, account, person),
    });
  }

  /** Never fails: without it only accounts that an older release opened meanwhile lack their patient. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      const inserted = await inTransaction(this.dataSource, insertMissingSelves);
      if (inserted > 0) this.logger.log(`Added the patients of ${inserted} accounts that had none`);
    } catch (error) {
      this.logger.error(`Cannot add the patients of accounts that have none: ${(error as Error).message}`);
    }
  }

  private async insert(tx: EntityManager, { id }: PublicAccount, person: Person): Promise<void> {
    const details = await this.details.read(tx, person);
    const createdAt = this.clock.now();
    await insertPatient(tx, { ...details, accountId: id, relation: 'self', createdAt });
  }
}
