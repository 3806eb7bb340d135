import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** The moments at which a mail server replies; `content` is after the email itself. */
export type Moment = 'greeting' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'content';

/** What it does then: sends a line, never replies, or hangs up. */
export type SmtpFault = { say: string | Buffer } | 'silence' | 'hang up';

const NORMAL_REPLIES: Record<Moment, string> = {
  greeting: '220 ready',
  AUTH: '235 welcome',
  MAIL: '250 fine',
  RCPT: '250 fine',
  DATA: '354 go on',
  content: '250 taken',
};

/** A mail server that misbehaves at the moments that a test chooses, and works normally otherwise. */
export class FaultySmtp {
  /** The emails whose content arrived completely, whatever the reply was. */
  readonly contents: string[] = [];
  /** Its behaviour at each moment; at a moment without an entry it replies normally. */
  faults: Partial<Record<Moment, SmtpFault>> = {};
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(port = 0): Promise<FaultySmtp> {
    const opened: { smtp?: FaultySmtp } = {};
    const server = createServer((socket) => opened.smtp!.talk(socket));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (opened.smtp = new FaultySmtp(server, (server.address() as AddressInfo).port));
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private talk(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    let unread = '';
    let inContent = false;
    socket.setEncoding('utf8').on('data', (text: string) => {
      unread += text;
      for (;;) {
        const end = inContent ? '\r\n.\r\n' : '\r\n';
        const at = unread.indexOf(end);
        if (at < 0) return;
        const piece = unread.slice(0, at);
        unread = unread.slice(at + end.length);
        if (inContent) {
          inContent = false;
          this.contents.push(piece);
          this.answer(socket, 'content');
        } else {
          inContent = this.command(socket, piece.slice(0, 4).toUpperCase());
        }
      }
    });
    this.answer(socket, 'greeting');
  }

  /** Returns whether the email's content comes next. */
  private command(socket: Socket, verb: string): boolean {
    if (verb === 'EHLO') socket.write('250-moody\r\n250 AUTH PLAIN\r\n');
    else if (verb in NORMAL_REPLIES) return this.answer(socket, verb as Moment) && verb === 'DATA';
    else socket.write(verb === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n');
    return false;
  }

  /** Returns whether the reply was the normal one. */
  private answer(socket: Socket, moment: Moment): boolean {
    const mood = this.faults[moment];
    if (mood === 'hang up') socket.destroy();
    else if (mood !== 'silence')
      socket.write(Buffer.concat([bytesOf(mood?.say ?? NORMAL_REPLIES[moment]), bytesOf('\r\n')]));
    return mood === undefined;
  }
}

function bytesOf(line: string | Buffer): Buffer {
  return typeof line === 'string' ? Buffer.from(line) : line;
}
