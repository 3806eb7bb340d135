import type { PoolConnection } from 'mysql2';

/** A statement on its way, as mysql2 has it: `start` sends it and answers with what reads the reply. */
interface Command {
  next: unknown;
  start(packet: undefined, connection: Inner): unknown;
  execute(packet: object | undefined, connection: Inner): boolean;
  /** Of one to be executed: known once it is prepared. */
  readonly statement?: object;
  /** Of one to be prepared. */
  readonly options?: object;
}

/** The inside of mysql2's connections, as far as it is used here. */
interface Inner extends Omit<object, 'constructor'> {
  /** Whose reply is being read, and those behind it. */
  readonly _command: Command | undefined;
  readonly _commands: { readonly length: number; push(command: Command): void };
  readonly _statements: { get(key: string): object | undefined };
  readonly constructor: { statementKey(options: object): string };
  addCommand(command: Command): Command;
  _resetSequenceId(): void;
  _bumpSequenceId(packets: number): void;
}

/**
 * Lets statements leave at once, also while the reply to those before is still to come: the server reads them in order
 * and replies in order. mysql2 itself sends one and waits, so that each costs a whole round trip. Who wants that still
 * waits for the reply before sending the next.
 */
export function pipeline(connection: PoolConnection): void {
  const inner = connection as unknown as Inner;
  const enqueue = inner.addCommand.bind(inner);
  let ahead = 0;
  inner.addCommand = (command) => {
    const kind = command.constructor.name;
    // All before it have been sent: one whose turn comes first, and `ahead` others.
    const isNext = inner._command !== undefined && inner._commands.length === ahead;
    if (!isNext || (kind !== 'Query' && kind !== 'Execute' && kind !== 'Prepare')) return enqueue(command);
    if (kind === 'Prepare') return findPrepared(inner, command) ? command : enqueue(command);
    if (kind === 'Execute' && !command.statement) return enqueue(command);
    inner._resetSequenceId();
    command.next = command.start(undefined, inner);
    ahead += 1;
    const execute = command.execute.bind(command);
    command.execute = (packet, own) => {
      if (packet) return execute(packet, own);
      // Its turn has come, which is when others are sent.
      ahead -= 1;
      own._resetSequenceId();
      own._bumpSequenceId(1);
      return false;
    };
    inner._commands.push(command);
    return command;
  };
}

/** A statement that this connection has prepared before needs no sending: it only hands over what is known of it. */
function findPrepared(inner: Inner, command: Command): boolean {
  const key = inner.constructor.statementKey(command.options!);
  if (!inner._statements.get(key)) return false;
  command.start(undefined, inner);
  return true;
}
