import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A time range on one date in which a doctor cannot be booked. */
@Entity('exceptions')
export class AvailabilityException {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** YYYY-MM-DD in the doctor's time zone. */
  @Column({ type: 'date' })
  date!: string;

  /** HH:MM:SS in the doctor's time zone; null, like the end, for the full day. */
  @Column({ name: 'start_time', type: 'time', nullable: true })
  startTime!: string | null;

  @Column({ name: 'end_time', type: 'time', nullable: true })
  endTime!: string | null;

  /** The version of the doctor's day when the exception was added. Bookings with a higher one were made later. */
  @Column({ name: 'day_version', type: 'int', unsigned: true, nullable: true })
  dayVersion!: number | null;
}
