import type { OutboxEnvironment } from '../config/outbox.environment.js';

/** The domain of MAIL_FROM, for Message-IDs. */
export function mailDomain({ MAIL_FROM }: OutboxEnvironment): string {
  return /@([^>]+)>/.exec(MAIL_FROM)![1]!.toLowerCase();
}
