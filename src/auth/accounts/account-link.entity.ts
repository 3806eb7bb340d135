import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { LinkKind } from '../../outbox/notification-kind.js';

/** A link that is mailed to an account, or to a patient who may open one. Its token is computed (`linkTokenOf`), not stored. */
@Entity('account_links')
export class AccountLink {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ type: 'char', length: 36, unique: true })
  uid!: string;

  /** Null if it is mailed to a patient. */
  @Column({ name: 'account_id', type: 'int', unsigned: true, nullable: true })
  accountId!: number | null;

  @Column({ name: 'patient_id', type: 'int', unsigned: true, nullable: true })
  patientId!: number | null;

  @Column({ type: 'varchar', length: 32 })
  kind!: LinkKind;

  /** The version of the account's sessions when the link was requested. */
  @Column({ name: 'session_version', type: 'int', unsigned: true })
  sessionVersion!: number;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'datetime', precision: 3 })
  expiresAt!: Date;

  @Column({ name: 'used_at', type: 'datetime', precision: 3, nullable: true })
  usedAt!: Date | null;

  /** The address that the account gets when the link is used, or that the patient had when it was mailed. */
  @Column({ type: 'varchar', length: 254, nullable: true })
  address!: string | null;

  /** Keyed hash of the address that it was mailed to. Deleted after a week. */
  @Column({ name: 'address_hash', type: 'char', length: 43, nullable: true })
  addressHash!: string | null;
}
