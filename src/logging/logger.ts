import type { LoggerService } from '@nestjs/common';
import { type Logger, pino, stdSerializers } from 'pino';
import type { DatabaseEnvironment } from '../config/database.environment.js';
import { withoutAddresses } from './redaction.js';

/** Logs JSON lines to standard output, with email addresses redacted. */
export function createLogger(environment: DatabaseEnvironment): Logger {
  return pino({
    level: environment.LOG_LEVEL,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: {
      logMethod(args, log) {
        log.apply(this, withRedactedMessage(args));
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

/** Redacts the message of a line too. Without a message, pino would take it from the error. */
function withRedactedMessage<T extends unknown[]>(args: T): T {
  const [subject] = args;
  const error = subject instanceof Error ? subject : (subject as { err?: unknown } | null | undefined)?.err;
  const text = args.length === 1 && error instanceof Error ? [error.message] : [];
  return [...args, ...text].map((part) => (typeof part === 'string' ? withoutAddresses(part) : part)) as T;
}

// The contexts of Nest's startup lines: one line per module and route.
const STARTUP_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** Lets Nest and its libraries log through the same pino logger. */
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
    // Nest puts the context last; a stack may precede it.
    const context = rest.at(-1);
    if (level === 'info' && typeof context === 'string' && STARTUP_CONTEXTS.has(context)) level = 'debug';
    const err = [message, ...rest].find((item) => item instanceof Error);
    const text = message instanceof Error ? message.message : String(message);
    this.logger[level](
      { ...(typeof context === 'string' && { context }), ...(err && { err }) },
      withoutAddresses(text),
    );
  }
}
