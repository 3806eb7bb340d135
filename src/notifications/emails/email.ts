import Handlebars from 'handlebars';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BookingKind } from '../../outbox/notification-kind.js';
import { type AppointmentFacts, clinicTime, type Detail, detailsOf, withPlainNames } from './appointment.js';
import type { Catalogue } from './catalogue.js';
import { CATALOGUES } from './catalogues.js';
import { type ContactView, contactOf } from './clinic-contact.js';
import { type EarlierTime, earlierTimeLine } from './earlier-time.js';
import { openingOf, textsOf } from './opening.js';
import { plainLine } from './plain-line.js';
import {
  CONFIRM_PAGE,
  type UnconfirmedFacts,
  type UnconfirmedView,
  viewOfUnconfirmed,
} from './unconfirmed.js';

/** The contents of an email about a booking. The email depends on nothing else: not on the machine's clock or zone. */
export interface EmailFacts extends AppointmentFacts {
  readonly kind: BookingKind;
  /** Leaves the doctor out of the subject and the preview. */
  readonly isDiscreet?: boolean;
  /** One harmless line (see `personName`), if the recipient's name is known. */
  readonly recipientName?: string | undefined;
  /** Only if the recipient manages a dependant: the patient, with the name as one harmless line. */
  readonly dependant?: { readonly name: string | undefined } | undefined;
  /** Only for a cancellation by the clinic: why, in the words of the desk or the doctor. */
  readonly cancelledByClinic?: { readonly reason: string | null } | undefined;
  /** Whether the desk booked, and not the patient. */
  readonly isBookedByClinic?: boolean;
  /** Only for a reschedule or cancellation: the time announced before. */
  readonly earlier?: EarlierTime | undefined;
  /** Only for a reschedule or cancellation: the doctor announced before, if it was another one. */
  readonly earlierDoctor?: string | undefined;
  /** Only for an unconfirmed address. */
  readonly unconfirmed?: UnconfirmedFacts | undefined;
}

/** An email ready to send. The subject is one line without control characters; `html` has all names escaped. */
export interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The data of both templates. */
export interface EmailView {
  readonly language: string;
  readonly subject: string;
  /** The text that mail clients show beside the subject. */
  readonly preview: string;
  readonly clinicName: string;
  readonly contact: ContactView;
  readonly heading: string;
  readonly greeting: string;
  readonly sentence: string;
  readonly reason: { readonly label: string; readonly text: string } | null;
  /** On lines of its own. Where the page wraps it, it is still copied whole. */
  readonly code: { readonly label: string; readonly value: string } | null;
  readonly detailsTitle: string;
  readonly details: readonly (Pick<Detail, 'label' | 'value'> & { readonly isWhen: boolean })[];
  readonly isCancelled: boolean;
  readonly link: { readonly url: string; readonly text: string } | null;
  readonly next: readonly string[];
  readonly regards: string;
  readonly whyYouGetThis: string;
  readonly unconfirmed: UnconfirmedView | null;
}

// Strict: a template that names a missing property throws, instead of leaving a gap in the email.
const textTemplate = template('email.text.hbs', { strict: true, noEscape: true });
const htmlTemplate = template('email.html.hbs', { strict: true });

/**
 * Renders an email about a booking, in the recipient's language. Date and time are in the clinic's zone, which is
 * named; for a reschedule they are the new ones.
 *
 * @throws RangeError if a time zone is unknown or the start is not a valid time.
 */
export function renderEmail(facts: EmailFacts): Email {
  return emailOf(viewOf(withPlainNames(facts)));
}

/** Renders both templates. */
export function emailOf(view: EmailView): Email {
  return { subject: view.subject, text: textTemplate(view), html: htmlTemplate(view) };
}

function viewOf(facts: EmailFacts): EmailView {
  const catalogue = CATALOGUES[facts.locale];
  const { subject, heading, greeting, sentence } = openingOf(facts, catalogue);
  const when = clinicTime(facts, catalogue);
  const { language, detailsTitle, regards, whyYouGetThis } = catalogue;
  const contact = contactOf(facts);
  const { isBookedByClinic = false } = facts;
  const what = facts.isDiscreet ? '' : `${facts.doctorName}, `;
  return {
    language,
    subject: `${subject}: ${what}${catalogue.shortDate(when)}, ${when.clock} (${when.zoneShort})`,
    // Like the subject, the preview names no dependant: locked screens show both.
    preview: facts.isDiscreet || facts.dependant ? heading : sentence,
    clinicName: facts.clinicName,
    contact,
    heading,
    greeting,
    sentence,
    reason: reasonOf(facts, catalogue),
    code: null,
    detailsTitle,
    details: linesOf(facts, catalogue),
    isCancelled: facts.kind === 'cancelled',
    link: null,
    next: textsOf(facts).next({ phone: contact.phone?.text ?? null, isBookedByClinic }),
    regards,
    whyYouGetThis,
    unconfirmed: viewOfUnconfirmed(facts.unconfirmed, catalogue.unconfirmed, CONFIRM_PAGE),
  };
}

function reasonOf({ kind, cancelledByClinic }: EmailFacts, { reasonLabel }: Catalogue): EmailView['reason'] {
  const text = kind === 'cancelled' ? plainLine(cancelledByClinic?.reason ?? '') : '';
  return text === '' ? null : { label: reasonLabel, text };
}

/** The details, with a dependant before all others, and what no longer holds between the new time and the doctor. */
function linesOf(facts: EmailFacts, catalogue: Catalogue): EmailView['details'] {
  const patient = facts.dependant?.name;
  const lines = detailsOf(facts, catalogue);
  if (patient !== undefined)
    lines.unshift({ name: 'patient', label: catalogue.labels.patient, value: patient });
  const earlier = [earlierTimeLine(facts, facts.earlier, catalogue), earlierDoctorLine(facts, catalogue)];
  lines.splice(
    lines.findIndex(({ name }) => name === 'doctor'),
    0,
    ...earlier.filter((line) => line !== undefined),
  );
  return lines.map((line) => ({ ...line, isWhen: line.name === 'date' || line.name === 'time' }));
}

function earlierDoctorLine({ earlierDoctor }: EmailFacts, { labels }: Catalogue): Detail | undefined {
  if (earlierDoctor === undefined) return undefined;
  return { name: 'earlierDoctor', label: labels.earlierDoctor, value: plainLine(earlierDoctor) };
}

function template(file: string, options: CompileOptions): Handlebars.TemplateDelegate<EmailView> {
  return Handlebars.compile<EmailView>(readFileSync(join(import.meta.dirname, file), 'utf8'), options);
}
