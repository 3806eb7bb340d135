import type { MailerOptions } from '@nestjs-modules/mailer';
import type { WorkerEnvironment } from '../config/worker.environment.js';

/**
 * How mails leave: a pool of connections, as many as mails are sent at once. A server may well think about a
 * mail for a minute before it takes it: who hangs up earlier sends it again and again.
 */
export function mailerOptions(environment: WorkerEnvironment): MailerOptions {
  const url = new URL(environment.SMTP_URL);
  const secure = url.protocol === 'smtps:';
  return {
    transport: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || (secure ? 465 : 587)),
      secure,
      // Rather no mail than a password in clear, where the address says so.
      requireTLS: url.searchParams.get('requireTLS') === 'true',
      ...(url.username && {
        auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
      }),
      pool: true,
      maxConnections: environment.MAIL_CONCURRENCY,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 120_000,
      // Nothing in a mail is ever read from a path or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    } as object,
    defaults: { from: environment.MAIL_FROM } as object,
  };
}
