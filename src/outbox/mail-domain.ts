import type { Environment } from '../config/environment.js';

/** The domain that the clinic's mails come from, for Message-IDs and calendar entries. */
export function mailDomain({ MAIL_FROM }: Environment): string {
  return /@([^>]+)>/.exec(MAIL_FROM)![1]!.toLowerCase();
}
