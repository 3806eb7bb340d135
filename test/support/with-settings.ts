import type { Environment } from './test-environment.js';

/** The environment with some settings changed, for another process on the same database and Redis. */
export function withSettings(environment: Environment, changes: Partial<Environment>): Environment {
  return { ...environment, ...changes };
}
