import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lock of a doctor's date (see `lockDay`). */
@Entity('doctor_days')
export class DoctorDay {
  @PrimaryColumn({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** YYYY-MM-DD at the doctor's. */
  @PrimaryColumn({ type: 'date' })
  date!: string;

  /** Raised by each transaction that takes the date. */
  @Column({ type: 'int', unsigned: true })
  version!: number;
}
