import { Clinic } from './clinic.js';
import { eventually } from './eventually.js';
import { Statements } from './statements.js';

/** The results of two requests of which one overtook the other. */
export interface Overtaking<Slow, Fast> {
  readonly slow: Slow;
  readonly fast: Fast;
  /** Whether the fast request had to wait for the slow one. */
  readonly waited: boolean;
}

/** Two apps on one database, as in two API processes. A test controls the order of their statements. */
export class ConcurrentApps {
  private constructor(
    readonly clinic: Clinic,
    readonly other: Clinic,
    readonly statements: readonly [Statements, Statements],
  ) {}

  /** @param env settings of both apps */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<ConcurrentApps> {
    const clinic = await Clinic.open({ env });
    const other = await Clinic.over(clinic.environment, clinic.clock);
    return new ConcurrentApps(clinic, other, [
      Statements.of(clinic.dataSource),
      Statements.of(other.dataSource),
    ]);
  }

  async close(): Promise<void> {
    await this.other.app.close();
    await this.clinic.close();
  }

  reset(): void {
    this.statements.forEach((statements) => statements.reset());
  }

  /** Drops these statements of both apps. */
  leaveOut(which: RegExp): void {
    this.statements.forEach((statements) => statements.leaveOut(which));
  }

  /** The numbers of the database errors that either app got. */
  get errors(): number[] {
    return this.statements.flatMap(({ sent }) => sent.flatMap(({ errno }) => errno ?? []));
  }

  /**
   * Holds the first app at its statement `at`, runs the second app until it is done or waits for a lock, and then lets
   * the first app continue.
   *
   * @param meanwhile runs while the second app waits
   */
  async overtake<Slow, Fast>(
    at: Parameters<Statements['hold']>[0],
    slow: (clinic: Clinic) => Promise<Slow>,
    fast: (clinic: Clinic) => Promise<Fast>,
    meanwhile: () => void = () => undefined,
  ): Promise<Overtaking<Slow, Fast>> {
    const [slowStatements, fastStatements] = this.statements;
    const held = slowStatements.hold(at);
    const slowRun = slow(this.clinic);
    await Promise.race([
      held.reached,
      slowRun.then((answer) => {
        throw new Error(`it was done before it came to ${String(at)}: ${JSON.stringify(answer)}`);
      }),
    ]);
    let done = false;
    const fastRun = fast(this.other).finally(() => (done = true));
    const outcome = await eventually('the second is done, or waits for the first', async () =>
      done ? 'done' : (await fastStatements.waitsForLock()) && 'waits',
    )
      .then((state) => {
        if (state === 'waits') meanwhile();
        return state;
      })
      .finally(() => held.release());
    return { slow: await slowRun, fast: await fastRun, waited: outcome === 'waits' };
  }
}
