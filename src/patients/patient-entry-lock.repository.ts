import type { EntityManager } from 'typeorm';
import { execute } from '../database/statement.js';

/**
 * Serialises the entry of patients until the transaction ends: of two desks that enter one person at once, the second
 * sees the first's patient as a likely duplicate. Take it before reading the duplicates, after locks of accounts. It is a
 * write, as in `lockAdmins`, because a cluster detects only conflicting writes between its nodes.
 */
export async function lockPatientEntry(tx: EntityManager): Promise<void> {
  await execute(
    tx,
    `/* lock-patient-entry */ INSERT INTO patient_entry_lock (id, version) VALUES (1, 1)
     ON DUPLICATE KEY UPDATE version = version + 1`,
    [],
  );
}
