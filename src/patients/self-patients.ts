import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PublicAccount } from '../auth/accounts/account.entity.js';
import { AfterOpening, type Person } from '../auth/accounts/after-opening.js';
import { Clock } from '../time/clock.js';
import { Patient } from './patient.entity.js';

/** Gives each new account its patient: the account's owner. */
@Injectable()
export class SelfPatients implements OnModuleInit {
  constructor(
    private readonly afterOpening: AfterOpening,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.afterOpening.register((tx, account, person) => this.insert(tx, account, person));
  }

  private async insert(tx: EntityManager, { id }: PublicAccount, person: Person): Promise<void> {
    const { givenName = null, familyName = null, birthDate = null } = person;
    const createdAt = new Date(this.clock.now());
    await tx.insert(Patient, {
      accountId: id,
      relation: 'self' as const,
      givenName,
      familyName,
      birthDate,
      createdAt,
    });
  }
}
