import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** A refresh token, stored as its SHA-256. */
@Entity('refresh_tokens')
export class RefreshToken {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Column({ name: 'account_id', type: 'int', unsigned: true })
  accountId!: number;

  /** The version of the account's sessions at log-in. */
  @Column({ name: 'session_version', type: 'int', unsigned: true })
  sessionVersion!: number;

  /** Shared by all refresh tokens of one log-in. */
  @Column({ type: 'char', length: 36 })
  family!: string;

  @Column({ name: 'token_hash', type: 'char', length: 64, unique: true })
  tokenHash!: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;

  /** The same for the whole family. */
  @Column({ name: 'expires_at', type: 'datetime', precision: 3 })
  expiresAt!: Date;

  /** When it was exchanged for its successor. */
  @Column({ name: 'used_at', type: 'datetime', precision: 3, nullable: true })
  usedAt!: Date | null;

  /** Null for a family that predates sessions. */
  @Column({ name: 'session_id', type: 'int', unsigned: true, nullable: true })
  sessionId!: number | null;

  /** Keyed hash of the client that used it. */
  @Column({ name: 'used_by', type: 'char', length: 43, nullable: true })
  usedBy!: string | null;
}
