import type { INestApplicationContext } from '@nestjs/common';
import { Clinic } from './clinic.js';
import { Mailbox } from './mailbox.js';
import { waitUntilDueSettled } from './notifications.js';
import { startWorker } from './worker.js';

/** A clinic with a front end, its worker, and the mailbox that receives its emails. */
export class ClinicWithEmail {
  private constructor(
    readonly clinic: Clinic,
    readonly mailbox: Mailbox,
    public worker: INestApplicationContext,
  ) {}

  static async open(): Promise<ClinicWithEmail> {
    const mailbox = await Mailbox.open();
    const clinic = await Clinic.open({
      env: { SMTP_URL: mailbox.url, FRONT_END_URL: 'https://clinic.example/app' },
    });
    return new ClinicWithEmail(clinic, mailbox, await startWorker(clinic.environment, clinic.clock));
  }

  /** Starts the worker again, once `worker` has been closed. */
  async restartWorker(): Promise<void> {
    this.worker = await startWorker(this.clinic.environment, this.clinic.clock);
  }

  /** The subjects of all emails to an address, without the clinic's name, once all that is due has been sent. */
  async subjectsTo(address: string): Promise<string[]> {
    await waitUntilDueSettled(this.clinic);
    return this.mailbox.received
      .filter(({ to }) => to === address)
      .map(({ mail }) => mail.subject!.split(':')[0]!);
  }

  async close(): Promise<void> {
    await this.worker.close();
    await this.clinic.close();
    await this.mailbox.close();
  }
}
