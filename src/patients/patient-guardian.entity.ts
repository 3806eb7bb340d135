import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An account that has accepted a patient by invitation, besides the account that manages the patient. */
@Entity('patient_guardians')
export class PatientGuardian {
  @PrimaryColumn({ name: 'account_id', type: 'int', unsigned: true })
  accountId!: number;

  @PrimaryColumn({ name: 'patient_id', type: 'int', unsigned: true })
  patientId!: number;

  @Column({ name: 'accepted_at', type: 'datetime', precision: 3 })
  acceptedAt!: Date;
}
