import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A weekly time range in which a doctor can be booked. */
@Entity('availability_windows')
export class AvailabilityWindow {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ name: 'doctor_id', type: 'int', unsigned: true })
  doctorId!: number;

  /** 0 Sunday to 6 Saturday. */
  @Column({ name: 'day_of_week', type: 'tinyint', unsigned: true })
  dayOfWeek!: number;

  /** HH:MM:SS in the doctor's time zone. */
  @Column({ name: 'start_time', type: 'time' })
  startTime!: string;

  @Column({ name: 'end_time', type: 'time' })
  endTime!: string;

  /** YYYY-MM-DD, inclusive, like `validUntil`; null: without a first date. */
  @Column({ name: 'valid_from', type: 'date', nullable: true })
  validFrom!: string | null;

  @Column({ name: 'valid_until', type: 'date', nullable: true })
  validUntil!: string | null;

  /** Only for these types, in ascending order with commas between; null: for every request. */
  @Column({ name: 'type_ids', type: 'varchar', length: 1000, nullable: true })
  typeIds!: string | null;
}
