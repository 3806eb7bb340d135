import { Entity, PrimaryColumn } from 'typeorm';

/** A word of a patient's names, folded for search: without case and accents. */
@Entity('patient_names')
export class PatientName {
  @PrimaryColumn({ type: 'varchar', length: 100 })
  word!: string;

  @PrimaryColumn({ name: 'patient_id', type: 'int', unsigned: true })
  patientId!: number;
}
