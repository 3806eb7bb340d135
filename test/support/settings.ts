import type { Environment } from './test-environment.js';

/** The same configuration with other settings, for another process over the same database and Redis. */
export function withSettings(environment: Environment, changes: Partial<Environment>): Environment {
  return { ...environment, ...changes };
}
