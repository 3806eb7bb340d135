/** Few enough that nobody waits long for the rows that are locked meanwhile. */
export const BATCH = 500;

/** States in which a notification stays. */
export const SETTLED = "'sent', 'dead', 'cancelled'";

/**
 * Deletes what is found until less than a batch is. Each batch is a transaction: the next round goes on where this one
 * was ended.
 */
export async function deleteInBatches(
  find: () => Promise<number[]>,
  deleteThese: (ids: readonly number[]) => Promise<number>,
): Promise<number> {
  for (let deleted = 0; ;) {
    const ids = await find();
    if (ids.length === 0) return deleted;
    deleted += await deleteThese(ids);
    if (ids.length < BATCH) return deleted;
  }
}
