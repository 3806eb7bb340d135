import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The lock of an address: a transaction that counts mails or codes to it writes this row first. */
@Entity('mailed_addresses')
export class MailedAddress {
  @PrimaryColumn({ name: 'address_hash', type: 'char', length: 43 })
  addressHash!: string;

  /** When a mail or a code was last counted. */
  @Column({ name: 'counted_at', type: 'datetime', precision: 3 })
  countedAt!: Date;
}
