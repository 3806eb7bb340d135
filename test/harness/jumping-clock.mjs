// Preloaded into a program to make its clock jump at each SIGWINCH: an hour ahead, back, an hour behind, back, etc.
// Timers are unaffected, as they are when a computer's clock is set. The program itself does not handle this signal.
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
   * @param {[] | [number]} given the arguments of Date
   */
  construct: (target, given) => (given.length === 0 ? new target(now()) : new target(...given)),
  /** @returns {unknown} */
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
