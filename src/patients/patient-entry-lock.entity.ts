import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The single row that serialises the entry of patients. */
@Entity('patient_entry_lock')
export class PatientEntryLock {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  version!: number;
}
