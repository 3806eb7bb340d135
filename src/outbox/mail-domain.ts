import type { OutboxEnvironment } from '../config/outbox.environment.js';

/** The domain that the clinic's emails come from, for Message-IDs and calendar entries. */
export function mailDomain({ MAIL_FROM }: OutboxEnvironment): string {
  return /@([^>]+)>/.exec(MAIL_FROM)![1]!.toLowerCase();
}
