import type { DataSource, QueryRunner } from 'typeorm';

/** A statement on its way to the database. */
export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** A statement that was sent, and the number of the error that came back, if one did. */
export interface SentStatement extends Statement {
  readonly errno?: number;
}

/** A statement that stands still until it is released. */
export interface Held {
  readonly reached: Promise<void>;
  release(): void;
}

type Which = RegExp | ((statement: Statement) => boolean);
/** What goes to the database instead: another statement, or nothing. */
type Rule = (statement: Statement) => Statement | 'nothing' | Promise<Statement>;
type Query = (sql: string, parameters?: unknown[], structured?: boolean) => Promise<unknown>;

/**
 * Looks at each statement that an app sends to its database, and where a test says so holds, changes or swallows it.
 * The app knows nothing of it.
 */
export class Statements {
  readonly sent: SentStatement[] = [];
  private rules: { which: Which; rule: Rule }[] = [];
  private readonly connections = new Set<number>();

  private constructor(private readonly openRunner: () => QueryRunner) {}

  static of(dataSource: DataSource): Statements {
    const { driver } = dataSource;
    const open = driver.createQueryRunner.bind(driver);
    const statements = new Statements(() => open('master'));
    driver.createQueryRunner = (mode) => statements.watch(open(mode));
    return statements;
  }

  /** Forgets what was sent and all that was said about what is to come. */
  reset(): void {
    this.sent.length = 0;
    this.rules = [];
  }

  /** Sends another statement instead of each of these. */
  replace(which: Which, by: (statement: Statement) => Statement): void {
    this.rules.push({ which, rule: by });
  }

  /** Never sends these; the app believes that it did. */
  leaveOut(which: Which): void {
    this.rules.push({ which, rule: () => 'nothing' });
  }

  /** Holds the next one of these before it is sent. */
  hold(which: Which): Held {
    const [reached, arrive] = signal();
    const [released, release] = signal();
    const entry = {
      which,
      rule: async (statement: Statement) => {
        this.rules = this.rules.filter((other) => other !== entry);
        arrive();
        await released;
        return statement;
      },
    };
    this.rules.push(entry);
    return { reached, release };
  }

  /** Whether one of the app's connections is waiting for a lock right now. */
  async waitsForLock(): Promise<boolean> {
    const runner = this.openRunner();
    try {
      // Not from information_schema.innodb_trx: that is a cache which is not renewed while it is looked at often.
      const [{ Status }] = (await runner.query('SHOW ENGINE INNODB STATUS')) as [{ Status: string }];
      // What stands before the first transaction tells of old deadlocks, in the same words.
      return Status.split('---TRANSACTION')
        .slice(1)
        .filter((transaction) => transaction.includes('LOCK WAIT'))
        .some((transaction) => this.connections.has(Number(/thread id (\d+)/.exec(transaction)?.[1])));
    } finally {
      await runner.release();
    }
  }

  private watch(runner: QueryRunner): QueryRunner {
    const send = runner.query.bind(runner) as Query;
    const watched: Query = async (sql, parameters = [], structured) => {
      let statement: Statement | 'nothing' = { sql, parameters };
      for (const { which, rule } of [...this.rules]) {
        if (statement !== 'nothing' && matches(which, statement)) statement = await rule(statement);
      }
      if (statement === 'nothing') return { affectedRows: 1 };
      const { threadId } = (await runner.connect()) as { threadId: number };
      this.connections.add(threadId);
      try {
        const answer = await send(statement.sql, statement.parameters, structured);
        this.sent.push(statement);
        return answer;
      } catch (error) {
        this.sent.push({ ...statement, errno: (error as { errno?: number }).errno ?? 0 });
        throw error;
      }
    };
    runner.query = watched as QueryRunner['query'];
    return runner;
  }
}

/** A promise and what fulfils it. */
function signal(): [Promise<void>, () => void] {
  let fulfil!: () => void;
  return [new Promise<void>((resolve) => (fulfil = resolve)), fulfil];
}

function matches(which: Which, statement: Statement): boolean {
  return which instanceof RegExp ? which.test(statement.sql) : which(statement);
}
