import type { EntityManager } from 'typeorm';
import { write } from '../../database/statement.js';

/**
 * Has whoever changes accounts wait for one another: of two who would each take the other's admin away the second sees
 * what the first has done. A write, as in `lockDay`, since a cluster notices nothing else between its nodes.
 */
export async function lockAdmins(tx: EntityManager): Promise<void> {
  await write(
    tx,
    `/* lock-admins */ INSERT INTO admin_lock (id, version) VALUES (1, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [],
  );
}
