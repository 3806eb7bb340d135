import type { EntityManager } from 'typeorm';
import { execute } from '../../database/statement.js';
import { RefusedAddress } from './refused-address.entity.js';

/** The statements of the `refused_addresses` table. */

/** Inserts an address. An already refused address stays unchanged. */
export async function refuseAddress(tx: EntityManager, hash: Buffer, now: Date): Promise<void> {
  await execute(
    tx,
    `/* refuse-address */ INSERT INTO refused_addresses (hash, refused_at) VALUES (?, ?)
     ON DUPLICATE KEY UPDATE refused_at = refused_at`,
    [hash, now],
  );
}

export async function allowAddress(tx: EntityManager, hash: Buffer): Promise<void> {
  await tx.delete(RefusedAddress, { hash });
}

export function isAddressRefused(tx: EntityManager, hash: Buffer): Promise<boolean> {
  return tx.existsBy(RefusedAddress, { hash });
}
