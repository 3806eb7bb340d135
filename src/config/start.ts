import { ConfigurationError } from './read-environment.js';

/** Runs a program's main part; a wrong configuration ends it with the list of what is wrong, and no stack. */
export async function start(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
