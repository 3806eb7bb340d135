import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Time on one date in which a doctor cannot be booked. */
@Entity('exceptions')
export class AvailabilityException {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** YYYY-MM-DD at the doctor's. */
  @Column({ type: 'date' })
  date!: string;

  /** HH:MM:SS at the doctor's; null, like the end, for the full day. */
  @Column({ name: 'start_time', type: 'time', nullable: true })
  startTime!: string | null;

  @Column({ name: 'end_time', type: 'time', nullable: true })
  endTime!: string | null;

  /** That of the doctor's date when it was blocked: bookings with a higher one came later. */
  @Column({ name: 'day_version', type: 'int', unsigned: true, nullable: true })
  dayVersion!: number | null;
}
