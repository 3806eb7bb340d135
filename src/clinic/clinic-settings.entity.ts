import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The settings that admins change while the clinic runs: one row. */
@Entity('clinic')
export class ClinicSettings {
  /** Always 1. */
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  /** Null, like `address` and `phone`: that of the configuration. */
  @Column({ type: 'varchar', length: 120, nullable: true })
  name!: string | null;

  @Column({ type: 'varchar', length: 200, nullable: true })
  address!: string | null;

  @Column({ type: 'varchar', length: 40, nullable: true })
  phone!: string | null;

  /** ISO 3166-1 alpha-2. Phone numbers without a country code are in this country. */
  @Column({ type: 'char', length: 2, nullable: true })
  country!: string | null;

  /** From 1, raised by each change. */
  @Column({ type: 'int', unsigned: true, default: 1 })
  version!: number;
}
