import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { mailerOptions } from './smtp-transport.js';

/** The password and mails that a server without STARTTLS receives. */
async function receivedWith(query: string): Promise<string[]> {
  const received: string[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ password }, _, done) {
      received.push(password!);
      done(null, { user: 'clinic' });
    },
    onData(mail, _, done) {
      mail.resume().on('end', () => done());
      received.push('a mail');
    },
  });
  const { port } = await new Promise<{ port: number }>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve(listening.address() as { port: number }));
  });
  const SMTP_URL = `smtp://clinic:hunter2@127.0.0.1:${port}${query}`;
  const transport = createTransport(
    mailerOptions(Object.assign(new WorkerEnvironment(), { SMTP_URL })).transport as object,
  );
  await transport
    .sendMail({ from: 'a@clinic.example', to: 'b@people.example', text: 'Hello' })
    .catch(() => undefined);
  transport.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return received;
}

test('with requireTLS=true a server without TLS gets neither password nor mail', async () => {
  expect(await receivedWith('')).toEqual(['hunter2', 'a mail']);
  expect(await receivedWith('?requireTLS=true')).toEqual([]);
});
