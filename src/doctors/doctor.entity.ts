import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A doctor's public profile. */
@Entity('doctors')
export class Doctor {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /** The account that the doctor logs in with. */
  @Column({ name: 'user_id', type: 'int', unsigned: true, unique: true })
  userId!: number;

  @Column({ type: 'varchar', length: 120 })
  name!: string;

  @Column({ type: 'varchar', length: 120 })
  specialty!: string;

  /** The contact address for patients; the account has its own. */
  @Column({ type: 'varchar', length: 254 })
  email!: string;

  /** IANA name. All dates and times of the doctor are wall times in this zone. It changes only while no booking lies ahead. */
  @Column({ type: 'varchar', length: 64 })
  timezone!: string;

  /** Whether the doctor takes bookings. */
  @Column({ type: 'tinyint', default: 1 })
  active!: 0 | 1;

  /** UTC; since when the doctor has this zone, if not from the start. Bookings that ended before were made in another. */
  @Column({ name: 'timezone_since', type: 'datetime', precision: 3, nullable: true })
  timezoneSince!: Date | null;

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
