/** The baseline of the worker: a bare BullMQ worker that passes rendered emails to a nodemailer pool. */
import { Worker } from 'bullmq';
import { createTransport } from 'nodemailer';

const { REDIS_URL = '', SMTP_URL = '', MAIL_CONCURRENCY = '5' } = process.env;
const [redis, smtp] = [new URL(REDIS_URL), new URL(SMTP_URL)];
const concurrency = Number(MAIL_CONCURRENCY);
const transport = createTransport({
  host: smtp.hostname,
  port: Number(smtp.port),
  pool: true,
  maxConnections: concurrency,
});

new Worker(
  'baseline',
  async (job) => {
    await transport.sendMail(/** @type {{ data: import("nodemailer").SendMailOptions }} */ (job).data);
  },
  {
    connection: { host: redis.hostname, port: Number(redis.port), maxRetriesPerRequest: null },
    concurrency,
    removeOnComplete: { count: 1000 },
  },
);
