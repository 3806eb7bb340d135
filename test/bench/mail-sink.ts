import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A mail server that accepts everything immediately and keeps nothing, to take next to no time itself. */
export class MailSink {
  /** When each email was accepted, on the clock of `performance.now()`. */
  readonly accepted: number[] = [];
  bytes = 0;

  private constructor(private readonly server: Server) {}

  static async open(): Promise<MailSink> {
    const server = createServer({ noDelay: true });
    const sink = new MailSink(server);
    server.on('connection', (socket) => sink.talk(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }

  /** As much of RFC 5321 as a well-behaved client needs. */
  private talk(socket: Socket): void {
    let text = '';
    let isInMail = false;
    socket.on('error', () => undefined);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.bytes += chunk.length;
      text += chunk;
      const end = isInMail ? '\r\n.\r\n' : '\r\n';
      if (!text.endsWith(end)) return;
      if (isInMail) this.accepted.push(performance.now());
      const command = isInMail ? 'MAIL' : text.slice(0, 4).toUpperCase();
      text = '';
      isInMail = !isInMail && command === 'DATA';
      socket.write(isInMail ? '354 go on\r\n' : command === 'QUIT' ? '221 bye\r\n' : '250 fine\r\n');
    });
    socket.write('220 sink\r\n');
  }
}
