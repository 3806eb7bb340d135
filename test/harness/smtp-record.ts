import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

/** An email that the server has accepted. */
export interface AcceptedMail {
  readonly to: string;
  readonly raw: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** How the server treats emails: accepts them, never replies, refuses temporarily, refuses permanently. */
export type SmtpBehaviour = 'accepts' | 'hangs' | 'answers 4xx' | 'answers 5xx';

/** A mail server that records what it accepts, and whose behaviour scenarios choose. */
export class SmtpRecord {
  readonly accepted: AcceptedMail[] = [];
  behaviour: SmtpBehaviour = 'accepts';
  /** How long it waits before it replies to an email, in milliseconds. */
  replyDelayMs = 5;
  /** The number of emails that have arrived but are not answered yet. */
  pending = 0;
  private server: SMTPServer | undefined;
  private readonly closed = new WeakSet<object>();

  private constructor(readonly port: number) {}

  static async open(): Promise<SmtpRecord> {
    const record = new SmtpRecord(0);
    await record.start();
    const { port } = record.server!.server.address() as AddressInfo;
    return Object.assign(record, { port });
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      closeTimeout: 10,
      onRcptTo: (_address, _session, done) => this.decide(done),
      onClose: (session) => this.closed.add(session),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = session.envelope.rcptTo[0]?.address ?? '';
          void this.reply(session, { to, raw: Buffer.concat(chunks).toString('utf8') }, done);
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Closes every connection and refuses new ones. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server!.close(() => resolve()));
  }

  private decide(done: (error?: Error) => void): void {
    if (this.behaviour === 'accepts') done();
    else if (this.behaviour !== 'hangs') done(refusal(this.behaviour));
  }

  private async reply(
    session: object,
    mail: Omit<AcceptedMail, 'at'>,
    done: (error?: Error) => void,
  ): Promise<void> {
    this.pending += 1;
    await sleep(this.replyDelayMs);
    this.pending -= 1;
    // If the connection was closed during the delay, its event is still to be handled.
    await nextTurn();
    // RFC 5321, 6.1: the server is responsible for an email once it has said so. A client that hung up never hears it.
    if (this.closed.has(session) || this.behaviour === 'hangs') return;
    if (this.behaviour === 'accepts') this.accepted.push({ ...mail, at: Date.now() });
    done(this.behaviour === 'accepts' ? undefined : refusal(this.behaviour));
  }
}

function refusal(behaviour: SmtpBehaviour): Error {
  const responseCode = behaviour === 'answers 4xx' ? 451 : 550;
  return Object.assign(new Error('not today'), { responseCode });
}
