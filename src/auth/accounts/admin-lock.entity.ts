import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that each change of accounts writes first. */
@Entity('admin_lock')
export class AdminLock {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  version!: number;
}
