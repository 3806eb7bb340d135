import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The single row that serialises changes of roles and states of accounts. */
@Entity('admin_lock')
export class AdminLock {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  version!: number;
}
