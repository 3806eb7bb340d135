import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lock of a doctor's weekly windows (see `lockSchedule`). */
@Entity('doctor_schedules')
export class DoctorSchedule {
  @PrimaryColumn({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** Incremented by each change to the windows. */
  @Column({ type: 'int', unsigned: true })
  version!: number;
}
