const UNAVAILABLE = /isn't writeable|Connection is closed|Command timed out|max retries per request/i;

/** Whether a command failed because Redis does not answer. ioredis reports most of these only in words. */
export function isRedisUnavailable(error: unknown): boolean {
  return error instanceof Error && UNAVAILABLE.test(error.message);
}
