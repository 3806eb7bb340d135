// Loaded before a program whose clock is to jump: an hour ahead at SIGWINCH, back to the right time at the next, an hour
// behind at the one after, and so on. Timers are not affected, as they are not when somebody sets a computer's clock.
// The signal is one that the program itself does not listen to.
const HOUR_MS = 3_600_000;
const JUMPS = [HOUR_MS, 0, -HOUR_MS, 0];

let jumps = 0;
let ahead = 0;
process.on('SIGWINCH', () => {
  ahead = JUMPS[jumps % JUMPS.length] ?? 0;
  jumps += 1;
});

const RealDate = Date;
const now = () => RealDate.now() + ahead;

globalThis.Date = new Proxy(RealDate, {
  /**
   * @param {typeof Date} target
   * @param {[] | [number]} given or any other arguments that Date takes
   */
  construct: (target, given) => (given.length === 0 ? new target(now()) : new target(...given)),
  /** @returns {unknown} */
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
