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

/** The texts of the email, of which a cancellation by the clinic has its own. */
export function textsOf({ kind, cancelledByClinic, locale }: EmailFacts): LetterTexts {
  const letter: LetterKind = kind === 'cancelled' && cancelledByClinic ? 'cancelled_by_clinic' : kind;
  return BOOKING_TEXTS[locale][letter];
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
