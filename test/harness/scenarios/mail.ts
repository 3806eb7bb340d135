import type { Scenario, Stage } from '../scenario.js';
import type { Mood } from '../smtp-record.js';

const mood = (is: Mood) => async (stage: Stage) => {
  const { smtp } = stage.clinic;
  await stage.fault(async () => {
    smtp.mood = is;
    await stage.seconds(stage.size(8, 4));
    // Those that hang are let go, as a server does that is started again.
    if (is === 'hangs') await smtp.stop();
    smtp.mood = 'takes';
    if (is === 'hangs') await smtp.start();
  });
};

/** What becomes of the mail server. */
export const MAIL: readonly Scenario[] = [
  {
    name: 'smtp-refuses',
    about: 'the mail server refuses connections',
    async run(stage) {
      await stage.fault(async () => {
        await stage.clinic.smtp.stop();
        await stage.seconds(stage.size(8, 4));
        await stage.clinic.smtp.start();
      });
    },
  },
  { name: 'smtp-hangs', about: 'the mail server says nothing any more', run: mood('hangs') },
  { name: 'smtp-4xx', about: 'the mail server refuses every mail for now', run: mood('answers 4xx') },
  { name: 'smtp-5xx', about: 'the mail server refuses every mail for good', run: mood('answers 5xx') },
];
