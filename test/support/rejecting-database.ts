import type { AddressInfo } from 'node:net';
import { createServer } from 'mysql2';

interface ServedConnection {
  serverHandshake(handshake: Record<string, unknown>): void;
  sequenceId: number;
  handlePacket(packet: { sequenceId: number } | undefined): void;
  writeError(error: { code: number; message: string }): void;
  on(event: 'query' | 'error', listener: (payload: unknown) => void): void;
  stream: { on(event: 'error', listener: () => void): void };
}

/**
 * A database server that accepts every log-in and answers every statement with the same error, like a cluster node that
 * is cut off from the others.
 */
export async function rejectingDatabase(code: number): Promise<{ port: number; close: () => void }> {
  const server = createServer((given) => {
    const connection = given as unknown as ServedConnection;
    // mysql2's server does not reset the sequence id at each command.
    const handle = connection.handlePacket.bind(connection);
    connection.handlePacket = (packet) => {
      if (packet?.sequenceId === 0) connection.sequenceId = 0;
      handle(packet);
    };
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: 'useless',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xff_f7_ff,
    });
    connection.on('query', () => connection.writeError({ code, message: 'of no use' }));
    connection.on('error', () => undefined);
    connection.stream.on('error', () => undefined);
  });
  const port = await new Promise<number>((resolve) => {
    (server as unknown as { listen(port: number, host: string, done: () => void): void }).listen(
      0,
      '127.0.0.1',
      () => resolve((server as unknown as { _server: { address(): AddressInfo } })._server.address().port),
    );
  });
  return {
    port,
    close: () => (server as unknown as { close(done: () => void): void }).close(() => undefined),
  };
}
