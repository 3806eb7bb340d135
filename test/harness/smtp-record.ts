import type { AddressInfo } from 'node:net';
import { setImmediate as anythingElse, setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

/** A mail that the server has accepted. */
export interface AcceptedMail {
  readonly to: string;
  readonly raw: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** How the server is: takes mails; says nothing; refuses for now; refuses for good. */
export type Mood = 'takes' | 'hangs' | 'answers 4xx' | 'answers 5xx';

/** A mail server that keeps a record of what it accepted, and is as a scenario wants it to be. */
export class SmtpRecord {
  readonly accepted: AcceptedMail[] = [];
  mood: Mood = 'takes';
  /** How long it thinks before it accepts a mail, in milliseconds. */
  thinkMs = 5;
  /** Mails whose content is in, and which are neither accepted nor refused yet. */
  thinking = 0;
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
          void this.take(session, { to, raw: Buffer.concat(chunks).toString('utf8') }, done);
        });
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Ends every connection, and refuses new ones. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server!.close(() => resolve()));
  }

  private decide(done: (error?: Error) => void): void {
    if (this.mood === 'takes') done();
    else if (this.mood !== 'hangs') done(refusal(this.mood));
  }

  private async take(
    session: object,
    mail: Omit<AcceptedMail, 'at'>,
    done: (error?: Error) => void,
  ): Promise<void> {
    this.thinking += 1;
    await sleep(this.thinkMs);
    this.thinking -= 1;
    // Where both have come, the end of the connection came before the end of the thinking.
    await anythingElse();
    // RFC 5321, 6.1: a mail is the server's when it has said so. Who has hung up does not hear it.
    if (this.closed.has(session) || this.mood === 'hangs') return;
    if (this.mood === 'takes') this.accepted.push({ ...mail, at: Date.now() });
    done(this.mood === 'takes' ? undefined : refusal(this.mood));
  }
}

function refusal(mood: Mood): Error {
  const responseCode = mood === 'answers 4xx' ? 451 : 550;
  return Object.assign(new Error('not today'), { responseCode });
}
