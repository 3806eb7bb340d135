import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far retention has come with one task. */
@Entity('retention_marks')
export class RetentionMark {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  name!: RetentionMarkName;

  /** The task is done for everything older. */
  @Column({ name: 'reached_at', type: 'datetime', precision: 3 })
  reachedAt!: Date;
}

export type RetentionMarkName =
  /** Notifications of bookings that ended before this may be missing. */
  | 'notifications_from'
  /** Notifications of bookings that ended before this have been deleted. */
  | 'notifications_done'
  /** Events before this have lost their network address. */
  | 'addresses_done';
