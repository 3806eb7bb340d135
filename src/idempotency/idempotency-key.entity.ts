import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A request with an idempotency key, and its outcome. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn({ name: 'account_id', type: 'int', unsigned: true })
  accountId!: number;

  @PrimaryColumn({ type: 'varchar', length: 64 })
  route!: string;

  /** As the client sent it. */
  @PrimaryColumn({ name: 'idempotency_key', type: 'varchar', length: 255 })
  key!: string;

  /** Keyed hash of the path parameters, query and body. */
  @Column({ name: 'request_hash', type: 'char', length: 64 })
  requestHash!: string;

  /** JSON; null within the transaction that executes the request, and once the person it was about is erased. */
  @Column({ type: 'mediumtext', nullable: true })
  outcome!: string | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
