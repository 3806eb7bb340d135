import { ensureBuilt } from '../../bin/support/build.js';
import { Failure } from '../../bin/support/output.js';
import { ensureServers } from '../../bin/support/servers.js';
import type { Shutdown } from '../../bin/support/shutdown.js';

/**
 * Builds the service and makes sure that MariaDB and Redis are installed. Containers do not suffice, because they
 * cannot be killed or measured like processes.
 *
 * @returns a temporary folder for the data and logs of private servers
 */
export async function preparePrivateServers(name: string, shutdown: Shutdown): Promise<string> {
  if ((await ensureServers({ database: true, redis: true }, shutdown.signal)) === 'compose') {
    throw new Failure(`npm run ${name} needs MariaDB and Redis as programs, not in containers.`, {
      remedy: 'On Debian: apt-get install mariadb-server redis-server',
    });
  }
  await ensureBuilt(shutdown.signal);
  return shutdown.temporaryFolder(name);
}
