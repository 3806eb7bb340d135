import type { LoggerService } from '@nestjs/common';
import { type Logger, pino, stdSerializers } from 'pino';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { withoutAddresses } from './redaction.js';

/** JSON lines on standard output, with no mail address in any of them. */
export function createLogger(environment: DatabaseEnvironment): Logger {
  return pino({
    level: environment.LOG_LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod(given, log) {
        log.apply(this, withPlainText(given));
      },
    },
    serializers: {
      err: (error: Error) => {
        const { type, message, stack } = stdSerializers.err(error);
        return { type, message: withoutAddresses(message), stack: withoutAddresses(stack) };
      },
    },
  });
}

/** Hides addresses in the text of a line too, which pino takes from the error where none is given. */
function withPlainText<T extends unknown[]>(given: T): T {
  const [subject] = given;
  const error = subject instanceof Error ? subject : (subject as { err?: unknown } | null | undefined)?.err;
  const text = given.length === 1 && error instanceof Error ? [error.message] : [];
  return [...given, ...text].map((part) => (typeof part === 'string' ? withoutAddresses(part) : part)) as T;
}

// What Nest says of itself while it starts: a line for each module and route.
const START_UP = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Lets Nest and its libraries log through the same pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  private write(
    level: 'info' | 'warn' | 'error' | 'fatal' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ): void {
    // Nest puts the context last; before it may stand a stack.
    const context = rest.at(-1);
    if (level === 'info' && typeof context === 'string' && START_UP.has(context)) level = 'debug';
    const err = [message, ...rest].find((item) => item instanceof Error);
    const text = message instanceof Error ? message.message : String(message);
    this.logger[level](
      { ...(typeof context === 'string' && { context }), ...(err && { err }) },
      withoutAddresses(text),
    );
  }
}
