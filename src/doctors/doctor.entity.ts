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

  /** The contact address for patients, not the account's. */
  @Column({ type: 'varchar', length: 254 })
  email!: string;

  /** IANA. All the doctor's dates and times are its wall time; it is chosen once. */
  @Column({ type: 'varchar', length: 64 })
  timezone!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
