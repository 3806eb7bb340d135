import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** An email as the server received it. */
export interface ReceivedMail {
  readonly to: string;
  readonly raw: string;
  readonly mail: Email;
}

/** The server's reply to an email that it rejects. */
export interface SmtpRefusal {
  readonly responseCode: number;
  readonly message: string;
}

/**
 * A real SMTP server on loopback that keeps the emails it receives. A test can have it reject emails, hang, or accept
 * an email without acknowledging it.
 */
export class Mailbox {
  readonly received: ReceivedMail[] = [];
  /** Called at each RCPT TO; the server replies with the refusal that it returns, if any. */
  onRecipient: (address: string) => SmtpRefusal | undefined = () => undefined;
  /** Called with each email before it is acknowledged; with a promise that never settles, the server hangs. */
  onMail: (mail: ReceivedMail) => void | Promise<void> = () => undefined;

  private constructor(
    private readonly server: SMTPServer,
    readonly url: string,
  ) {}

  static async open(port = 0): Promise<Mailbox> {
    const mailbox: { current?: Mailbox } = {};
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      onRcptTo: ({ address }, _session, done) => done(asError(mailbox.current!.onRecipient(address))),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo[0]?.address ?? '';
          mailbox.current!.take(to, Buffer.concat(chunks).toString('utf8')).then(() => done(), done);
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const { port: listening } = server.server.address() as AddressInfo;
    return (mailbox.current = new Mailbox(server, `smtp://127.0.0.1:${listening}`));
  }

  /** Waits until an address has got that many emails, and returns them. */
  async mailsTo(address: string, count: number, withinSeconds = 20): Promise<ReceivedMail[]> {
    const deadline = Date.now() + withinSeconds * 1000;
    for (;;) {
      const found = this.received.filter(({ to }) => to === address);
      if (found.length >= count) return found;
      if (Date.now() > deadline) {
        throw new Error(`${address} got ${found.length} mails instead of ${count} within ${withinSeconds} s`);
      }
      await sleep(20);
    }
  }

  /**
   * Waits until an address has got that many emails with a kind of link, and returns the code in the newest of them.
   * Emails that do not belong to one booking arrive in any order, so they are found by the link, not by position.
   */
  async codeTo(address: string, link: string, count = 1, withinSeconds = 20): Promise<string> {
    const pattern = new RegExp(`${link}#token=([\\w-]+)`);
    const deadline = Date.now() + withinSeconds * 1000;
    for (;;) {
      const found = this.received
        .filter(({ to }) => to === address)
        .map(({ mail }) => pattern.exec(mail.text!));
      const codes = found.flatMap((match) => match?.[1] ?? []);
      if (codes.length >= count) return codes.at(-1)!;
      if (Date.now() > deadline) {
        throw new Error(`${address} got ${codes.length} codes for ${link} instead of ${count}`);
      }
      await sleep(20);
    }
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async take(to: string, raw: string): Promise<void> {
    const mail: ReceivedMail = { to, raw, mail: await PostalMime.parse(raw) };
    await this.onMail(mail);
    this.received.push(mail);
  }
}

function asError(refusal: SmtpRefusal | undefined): Error | null {
  return refusal ? Object.assign(new Error(refusal.message), { responseCode: refusal.responseCode }) : null;
}
