import { ConfigurationError } from './read-environment.js';

/**
 * Runs a program's main part. What the operator can mend, a wrong configuration or a server that cannot be
 * reached, ends it with words and no stack.
 */
export async function start(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const words = wordsFor(error);
    if (words === undefined) throw error;
    console.error(words);
    // What was opened already, such as connections to Redis, would keep it alive, and no supervisor would start it again.
    process.exit(1);
  }
}

function wordsFor(error: unknown): string | undefined {
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
