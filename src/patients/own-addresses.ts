import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PatientAddresses } from '../auth/accounts/patient-addresses.js';
import { Patient } from './patient.entity.js';

/** Finds the patient's own address, for codes that name the patient. */
@Injectable()
export class OwnAddresses implements OnModuleInit {
  constructor(private readonly addresses: PatientAddresses) {}

  onModuleInit(): void {
    this.addresses.register((tx, patientId) => addressOf(tx, patientId));
  }
}

/** Of a merged patient: the address of the patient that has the bookings now. */
async function addressOf(tx: EntityManager, id: number): Promise<string | null> {
  const patient = await tx.findOneBy(Patient, { id });
  if (!patient || patient.erasedAt !== null) return null;
  return patient.mergedInto === null ? patient.email : addressOf(tx, patient.mergedInto);
}
