import type { EntityManager } from 'typeorm';
import { execute } from '../../database/statement.js';

/**
 * Serialises changes of roles and states: if two admins demote each other at once, the second sees the first change. It
 * is a write, as in `lockDay`, because a cluster detects only conflicting writes between its nodes.
 */
export async function lockAdmins(tx: EntityManager): Promise<void> {
  await execute(
    tx,
    `/* lock-admins */ INSERT INTO admin_lock (id, version) VALUES (1, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [],
  );
}
