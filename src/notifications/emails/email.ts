import Handlebars from 'handlebars';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BookingKind } from '../../outbox/notification-kind.js';
import { type AppointmentFacts, clinicTime, type Detail, detailsOf, withPlainNames } from './appointment.js';
import type { Catalogue } from './catalogue.js';
import { CATALOGUES } from './catalogues.js';
import { type ContactView, contactOf } from './clinic-contact.js';
import { type EarlierTime, earlierTimeLine } from './earlier-time.js';
import { CONFIRMS, type UnconfirmedFacts, type UnconfirmedView, viewOfUnconfirmed } from './unconfirmed.js';

/** All that an email tells; whatever the machine's own clock and zone, the same facts give the same email. */
export interface EmailFacts extends AppointmentFacts {
  readonly kind: BookingKind;
  /** Leaves the doctor out of the subject, and of the first words that lists of mails show beside it. */
  readonly isDiscreet?: boolean;
  /** Where it was rescheduled: what the patient was told before. */
  readonly earlier?: EarlierTime | undefined;
  /** Only where nobody has confirmed the address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/** An email ready to send. The subject is one line without control characters; `html` has all names escaped. */
export interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** All that the two templates say. */
export interface EmailView {
  readonly language: string;
  readonly subject: string;
  /** What a list of mails shows beside the subject. */
  readonly preview: string;
  readonly clinicName: string;
  readonly contact: ContactView;
  readonly heading: string;
  readonly greeting: string;
  readonly sentence: string;
  /** It has a line of its own, wider than any column, so that it is never broken. */
  readonly code: { readonly label: string; readonly value: string } | null;
  readonly detailsTitle: string;
  readonly details: readonly (Pick<Detail, 'label' | 'value'> & { readonly isWhen: boolean })[];
  readonly isCancelled: boolean;
  readonly link: { readonly address: string; readonly text: string } | null;
  readonly next: readonly string[];
  readonly regards: string;
  readonly whyYouGetThis: string;
  readonly unconfirmed: UnconfirmedView | null;
}

// Strict: a template that names what the view lacks fails in the specs instead of leaving a gap in an email.
const textTemplate = template('email.text.hbs', { strict: true, noEscape: true });
const htmlTemplate = template('email.html.hbs', { strict: true });

/**
 * Writes the email of one kind about one appointment, in the reader's language. Date and time are the clinic's,
 * with the zone named; for a move they are the new ones, so pass the booking as it now is.
 * @throws RangeError when a time zone is unknown or the start is no time.
 */
export function renderEmail(facts: EmailFacts): Email {
  return emailOf(viewOf(withPlainNames(facts)));
}

/** Fills both templates. */
export function emailOf(view: EmailView): Email {
  return { subject: view.subject, text: textTemplate(view), html: htmlTemplate(view) };
}

function viewOf(facts: EmailFacts): EmailView {
  const catalogue = CATALOGUES[facts.locale];
  const texts = catalogue.kinds[facts.kind];
  const when = clinicTime(facts, catalogue);
  const { language, greeting, detailsTitle, regards, whyYouGetThis } = catalogue;
  const sentence = texts.sentence(facts.doctorName, when);
  const what = facts.isDiscreet ? '' : `${facts.doctorName}, `;
  return {
    language,
    subject: `${texts.subject}: ${what}${catalogue.shortDate(when)}, ${when.clock} (${when.zoneShort})`,
    preview: facts.isDiscreet ? texts.heading : sentence,
    clinicName: facts.clinicName,
    contact: contactOf(facts),
    heading: texts.heading,
    greeting,
    sentence,
    code: null,
    detailsTitle,
    details: linesOf(facts, catalogue).map((line) => ({
      ...line,
      isWhen: line.name === 'date' || line.name === 'time',
    })),
    isCancelled: facts.kind === 'cancelled',
    link: null,
    next: texts.next,
    regards,
    whyYouGetThis,
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, catalogue.unconfirmed, CONFIRMS),
  };
}

/** The time that no longer holds stands between the new one and the doctor. */
function linesOf(facts: EmailFacts, catalogue: Catalogue): Detail[] {
  const lines = detailsOf(facts, catalogue);
  const earlier = earlierTimeLine(facts, facts.earlier, catalogue);
  if (earlier)
    lines.splice(
      lines.findIndex(({ name }) => name === 'doctor'),
      0,
      earlier,
    );
  return lines;
}

function template(file: string, options: CompileOptions): Handlebars.TemplateDelegate<EmailView> {
  return Handlebars.compile<EmailView>(readFileSync(join(import.meta.dirname, file), 'utf8'), options);
}
