import { BOOKING_TEXTS, type LetterKind, type LetterTexts } from './booking-texts.js';
import { clinicTime } from './appointment.js';
import type { Catalogue } from './catalogue.js';
import type { EmailFacts } from './email.js';

/** How an email about a booking begins. */
export interface Opening {
  /** Opens the subject line. */
  readonly subject: string;
  readonly heading: string;
  readonly greeting: string;
  readonly sentence: string;
}

export function textsOf(facts: EmailFacts): LetterTexts {
  return BOOKING_TEXTS[facts.locale][letterOf(facts)];
}

function letterOf({ kind, cancelledByClinic, earlierDoctor, earlier, startsAt }: EmailFacts): LetterKind {
  if (kind === 'cancelled' && cancelledByClinic) return 'cancelled_by_clinic';
  if (kind !== 'moved') return kind;
  if (earlierDoctor !== undefined) return 'moved_to_doctor';
  return earlier?.startsAt === startsAt ? 'other_duration' : 'moved';
}

/** Greets the recipient by name, if it is known, and names the patient if the recipient manages a dependant. */
export function openingOf(facts: EmailFacts, catalogue: Catalogue): Opening {
  const { recipientName, dependant, doctorName } = facts;
  const texts = textsOf(facts);
  const moment = catalogue.moment(clinicTime(facts, catalogue));
  const { greeting, greetingTo, account, yourDependant } = catalogue;
  if (!dependant) {
    return {
      subject: texts.subject,
      heading: texts.heading,
      greeting: recipientName === undefined ? greeting : greetingTo(recipientName),
      sentence: texts.sentence(doctorName, moment),
    };
  }
  const { subject = texts.subject, heading, sentence } = texts.ofDependant;
  return {
    subject,
    heading,
    greeting: recipientName === undefined ? account.greeting : greetingTo(recipientName),
    sentence: sentence(dependant.name ?? yourDependant, doctorName, moment),
  };
}
