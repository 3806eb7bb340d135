import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lock of a doctor's day (see `lockDay`). */
@Entity('doctor_days')
export class DoctorDay {
  @PrimaryColumn({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** YYYY-MM-DD in the doctor's time zone. */
  @PrimaryColumn({ type: 'date' })
  date!: string;

  /** Incremented by each transaction that locks the day. */
  @Column({ type: 'int', unsigned: true })
  version!: number;
}
