import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { NotificationKind } from './notification-kind.js';

/** A mail that an address got within the last day, for whichever account. */
@Entity('address_mails')
export class AddressMail {
  @PrimaryColumn({ name: 'address_hash', type: 'char', length: 43 })
  addressHash!: string;

  /** Counts up for each address. */
  @PrimaryColumn({ type: 'int', unsigned: true })
  ordinal!: number;

  @Column({ name: 'notification_id', type: 'int', unsigned: true })
  notificationId!: number;

  @Column({ type: 'varchar', length: 32 })
  kind!: NotificationKind;

  @Column({ name: 'mailed_at', type: 'datetime', precision: 3 })
  mailedAt!: Date;
}
