import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Whom a type exists for; to patients, one for `staff` does not. */
export const AUDIENCES = ['patients', 'staff'] as const;

export type Audience = (typeof AUDIENCES)[number];

/** What can be booked: how long it takes, and within which limits. Never deleted. */
@Entity('appointment_types')
export class AppointmentType {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ type: 'varchar', length: 40, unique: true })
  code!: string;

  @Column({ type: 'varchar', length: 100 })
  name!: string;

  @Column({ type: 'varchar', length: 500, nullable: true })
  description!: string | null;

  @Column({ name: 'duration_minutes', type: 'smallint', unsigned: true })
  durationMinutes!: number;

  /** Minutes between the starts that lists offer; null: the duration. */
  @Column({ name: 'slot_step_minutes', type: 'smallint', unsigned: true, nullable: true })
  slotStepMinutes!: number | null;

  /** Minutes, like `bufferAfter`. */
  @Column({ name: 'buffer_before', type: 'smallint', unsigned: true, default: 0 })
  bufferBefore!: number;

  @Column({ name: 'buffer_after', type: 'smallint', unsigned: true, default: 0 })
  bufferAfter!: number;

  /** Null, like `horizonDays` and `cancelCutoffMinutes`: that of the clinic. */
  @Column({ name: 'min_notice_minutes', type: 'int', unsigned: true, nullable: true })
  minNoticeMinutes!: number | null;

  @Column({ name: 'horizon_days', type: 'smallint', unsigned: true, nullable: true })
  horizonDays!: number | null;

  @Column({ name: 'cancel_cutoff_minutes', type: 'int', unsigned: true, nullable: true })
  cancelCutoffMinutes!: number | null;

  /** Bookings of one doctor on one local date; null: no limit. */
  @Column({ name: 'max_per_day', type: 'smallint', unsigned: true, nullable: true })
  maxPerDay!: number | null;

  /** Of this type, of one patient; null: no limit besides the clinic's. */
  @Column({ name: 'max_live_bookings', type: 'smallint', unsigned: true, nullable: true })
  maxLiveBookings!: number | null;

  @Column({ type: 'varchar', length: 16, default: 'patients' })
  audience!: Audience;

  @Column({ type: 'tinyint', default: 1 })
  active!: 0 | 1;

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
