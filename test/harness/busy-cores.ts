import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Slows everything else down: one process per core loops forever. */
export class BusyCores {
  private readonly loops: readonly ChildProcess[];

  constructor() {
    this.loops = Array.from({ length: availableParallelism() }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    );
    process.once('exit', this.stop);
  }

  readonly stop = (): void => {
    process.off('exit', this.stop);
    for (const loop of this.loops) loop.kill('SIGKILL');
  };
}
