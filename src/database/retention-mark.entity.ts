import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far retention has come with one of its tasks. */
@Entity('retention_marks')
export class RetentionMark {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  name!: RetentionMarkName;

  /** What is older has had its time. */
  @Column({ name: 'reached_at', type: 'datetime', precision: 3 })
  reachedAt!: Date;
}

export type RetentionMarkName =
  /** Notifications of bookings that ended before may be missing. */
  | 'notifications_from'
  /** Those of bookings that ended before have been deleted. */
  | 'notifications_done'
  /** Events before have lost their network address. */
  | 'addresses_done';
