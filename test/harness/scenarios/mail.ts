import type { Scenario, ScenarioContext } from '../scenario.js';
import type { SmtpBehaviour } from '../smtp-record.js';

const behave = (behaviour: SmtpBehaviour) => async (context: ScenarioContext) => {
  const { smtp } = context.clinic;
  await context.injectFault(async () => {
    smtp.behaviour = behaviour;
    await context.waitSeconds(context.fullOrShort(8, 4));
    // A restart ends the connections that hang.
    if (behaviour === 'hangs') await smtp.stop();
    smtp.behaviour = 'accepts';
    if (behaviour === 'hangs') await smtp.start();
  });
};

/** Faults of the mail server. */
export const MAIL_SCENARIOS: readonly Scenario[] = [
  {
    name: 'smtp-refuses',
    about: 'the mail server refuses connections',
    async run(context) {
      await context.injectFault(async () => {
        await context.clinic.smtp.stop();
        await context.waitSeconds(context.fullOrShort(8, 4));
        await context.clinic.smtp.start();
      });
    },
  },
  { name: 'smtp-hangs', about: 'the mail server stops replying', run: behave('hangs') },
  { name: 'smtp-4xx', about: 'the mail server refuses every email temporarily', run: behave('answers 4xx') },
  { name: 'smtp-5xx', about: 'the mail server refuses every email permanently', run: behave('answers 5xx') },
];
