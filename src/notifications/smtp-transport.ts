import type { MailerOptions } from '@nestjs-modules/mailer';
import type { WorkerEnvironment } from '../config/worker.environment.js';

/**
 * A pool of as many connections as mails are sent at once. The socket timeout is long because a server may take a
 * minute to accept a mail: a client that hangs up earlier sends the mail again and again.
 */
export function mailerOptions(environment: WorkerEnvironment): MailerOptions {
  const url = new URL(environment.SMTP_URL);
  const secure = url.protocol === 'smtps:';
  return {
    transport: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (secure ? 465 : 587)),
      secure,
      // With `?requireTLS=true` in SMTP_URL: no mail rather than a password in clear text.
      requireTLS: url.searchParams.get('requireTLS') === 'true',
      ...(url.username && {
        auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
      }),
      pool: true,
      maxConnections: environment.MAIL_CONCURRENCY,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 120_000,
      // No part of a mail may be read from a file or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    } as object,
    defaults: { from: environment.MAIL_FROM } as object,
  };
}
