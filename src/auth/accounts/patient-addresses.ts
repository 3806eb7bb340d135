import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** The own address of a patient; null if the patient has none, or is erased. */
type Find = (tx: EntityManager, patientId: number) => Promise<string | null>;

/** Asks another module for the addresses of patients that are not those of accounts. */
@Injectable()
export class PatientAddresses {
  private callback: Find | undefined;

  register(callback: Find): void {
    this.callback = callback;
  }

  async find(tx: EntityManager, patientId: number): Promise<string | null> {
    return (await this.callback?.(tx, patientId)) ?? null;
  }
}
