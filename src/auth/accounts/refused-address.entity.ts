import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address whose owner refuses emails. */
@Entity('refused_addresses')
export class RefusedAddress {
  /** See `hashOfAddress`. */
  @PrimaryColumn({ type: 'binary', length: 32 })
  hash!: Buffer;

  @Column({ name: 'refused_at', type: 'datetime', precision: 3 })
  refusedAt!: Date;
}
