import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lock of a patient's bookings. A transaction whose rules count them first writes it. */
@Entity('patient_schedules')
export class PatientSchedule {
  @PrimaryColumn({ name: 'patient_id', type: 'int', unsigned: true })
  patientId!: number;

  /** Incremented by each transaction that locks the patient's bookings. */
  @Column({ type: 'int', unsigned: true })
  version!: number;
}
