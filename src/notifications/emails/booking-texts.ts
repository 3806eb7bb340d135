import type { Locale } from '../../config/locale.js';
import type { BookingKind } from '../../outbox/notification-kind.js';

/** The texts of one kind of email about a booking. */
export interface BookingKindTexts {
  /** Opens the subject line. */
  readonly subject: string;
  readonly heading: string;
  /** What happened, in one sentence; `moment` is the date and time with their zone. */
  readonly sentence: (doctorName: string, moment: string) => string;
  /** What the recipient can do now, one paragraph each. */
  readonly next: readonly string[];
}

const TO_CHANGE: Readonly<Record<Locale, string>> = {
  en: 'If you need to move or cancel the appointment, please do so where you booked it, before it starts.',
  es: 'Si necesita cambiar o cancelar la cita, hágalo, por favor, donde la reservó, antes de que empiece.',
};

const DECLINING: Readonly<Record<Locale, string>> = {
  en: 'Declining or deleting it there does not cancel the appointment.',
  es: 'Rechazarla o borrarla en el calendario no cancela la cita.',
};

/**
 * The texts of each kind of email about a booking. Spanish sentences do not name the doctor: after «con» a title needs
 * an article, «el Dr.» or «la Dra.», which is unknown. The details name the doctor.
 */
export const BOOKING_TEXTS: Readonly<Record<BookingKind, Readonly<Record<Locale, BookingKindTexts>>>> = {
  booked: {
    en: {
      subject: 'Appointment confirmed',
      heading: 'Your appointment is confirmed',
      sentence: (doctor, moment) => `Your appointment with ${doctor} is confirmed for ${moment}.`,
      next: ['The attached file adds the appointment to your calendar. ' + DECLINING.en, TO_CHANGE.en],
    },
    es: {
      subject: 'Cita confirmada',
      heading: 'Su cita está confirmada',
      sentence: (_doctor, moment) => `Le confirmamos su cita para el ${moment}.`,
      next: ['Con el archivo adjunto puede añadir la cita a su calendario. ' + DECLINING.es, TO_CHANGE.es],
    },
  },
  moved: {
    en: {
      subject: 'Appointment moved',
      heading: 'Your appointment has a new time',
      sentence: (doctor, moment) => `Your appointment with ${doctor} now takes place on ${moment}.`,
      next: [
        'The earlier time no longer applies. The attached file updates the appointment in your calendar. ' +
          DECLINING.en,
        TO_CHANGE.en,
      ],
    },
    es: {
      subject: 'Cambio de cita',
      heading: 'Su cita tiene un nuevo horario',
      sentence: (_doctor, moment) => `Su nueva cita es el ${moment}.`,
      next: [
        'El horario anterior ya no es válido. Con el archivo adjunto puede actualizar la cita en su calendario. ' +
          DECLINING.es,
        TO_CHANGE.es,
      ],
    },
  },
  cancelled: {
    en: {
      subject: 'Appointment cancelled',
      heading: 'Your appointment is cancelled',
      sentence: (doctor, moment) => `Your appointment with ${doctor} on ${moment} has been cancelled.`,
      next: [
        'There is nothing more for you to do. The attached file removes the appointment from your calendar.',
        'If you would still like to be seen, you are welcome to book another time.',
      ],
    },
    es: {
      subject: 'Cita cancelada',
      heading: 'Su cita está cancelada',
      sentence: (_doctor, moment) => `Su cita del ${moment} ha sido cancelada.`,
      next: [
        'No es necesario que haga nada más. Con el archivo adjunto puede retirar la cita de su calendario.',
        'Si aún desea que le atendamos, puede reservar otra cita cuando le convenga.',
      ],
    },
  },
  reminder_24h: {
    en: {
      subject: 'Appointment reminder',
      heading: 'A reminder of your appointment',
      sentence: (doctor, moment) =>
        `We would like to remind you of your appointment with ${doctor} on ${moment}.`,
      next: [
        'If you cannot come, please move or cancel the appointment where you booked it, so that somebody else can have the time.',
      ],
    },
    es: {
      subject: 'Recordatorio de su cita',
      heading: 'Recordatorio de su cita',
      sentence: (_doctor, moment) => `Le recordamos que tiene una cita el ${moment}.`,
      next: [
        'Si no puede acudir, le rogamos que cambie o cancele la cita donde la reservó, para que otra persona pueda aprovechar la hora.',
      ],
    },
  },
  reminder_1h: {
    en: {
      subject: 'Your appointment starts soon',
      heading: 'Your appointment starts soon',
      sentence: (doctor, moment) => `Your appointment with ${doctor} starts soon, on ${moment}.`,
      next: ['If you can no longer come, please cancel the appointment where you booked it.'],
    },
    es: {
      subject: 'Su cita empieza en breve',
      heading: 'Su cita empieza en breve',
      sentence: (_doctor, moment) => `Su cita empieza en breve: el ${moment}.`,
      next: ['Si ya no puede acudir, le rogamos que cancele la cita donde la reservó.'],
    },
  },
};
