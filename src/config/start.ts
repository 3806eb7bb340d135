import { ConfigurationError } from './read-environment.js';

/**
 * Runs a program. Errors that the operator can fix, such as an invalid configuration or an unreachable server, end it
 * with a message instead of a stack trace.
 */
export async function start(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const explanation = explain(error);
    if (explanation === undefined) throw error;
    console.error(explanation);
    // Otherwise open connections, such as to Redis, would keep the process alive, and no supervisor would restart it.
    process.exit(1);
  }
}

function explain(error: unknown): string | undefined {
  if (error instanceof ConfigurationError) return error.message;
  const { code, message, sqlMessage } = error as { code?: unknown; message?: string; sqlMessage?: string };
  if (typeof code !== 'string') return undefined;
  if (code === 'EADDRINUSE' || code === 'EACCES')
    return `Clinica cannot listen: ${message}. Choose another PORT or HOST.`;
  if (
    /^(ER_ACCESS_DENIED|ER_DBACCESS_DENIED|ER_BAD_DB|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|HANDSHAKE_)/.test(
      code,
    )
  ) {
    return `Clinica cannot use its database: ${sqlMessage ?? message ?? code}. Check DATABASE_URL, and that the server runs.`;
  }
  return undefined;
}
