import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A word of a patient's names, folded for search: without case and accents. */
@Entity('patient_names')
export class PatientName {
  @PrimaryColumn({ type: 'varchar', length: 100 })
  word!: string;

  @PrimaryColumn({ name: 'patient_id', type: 'int', unsigned: true })
  patientId!: number;

  /**
   * All words of the patient, each after a space: a search for several words reads the rows of one of them. Bytes,
   * because the database compares these twice as fast as characters.
   */
  @Column({ type: 'varbinary', length: 3000 })
  words!: Buffer;
}
