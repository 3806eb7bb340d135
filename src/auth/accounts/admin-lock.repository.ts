import type { EntityManager } from 'typeorm';
import { execute } from '../../database/statement.js';

/**
 * Serialises changes of accounts: of two admins who demote each other, the second sees what the first has done. A write, as
 * in `lockDay`, because a cluster detects only conflicting writes between its nodes.
 */
export async function lockAdmins(tx: EntityManager): Promise<void> {
  await execute(
    tx,
    `/* lock-admins */ INSERT INTO admin_lock (id, version) VALUES (1, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [],
  );
}
