import type { LetterKind, LetterTexts, Reachable } from './booking-texts.js';

function toChange({ phone, isBookedByClinic }: Reachable): string {
  if (!isBookedByClinic)
    return 'Si necesita cambiar o cancelar la cita, hágalo, por favor, donde la reservó, antes de que empiece.';
  const call = phone === null ? 'avise al centro' : `llame al centro antes de que empiece: ${phone}`;
  return `Si necesita cambiar o cancelar la cita, por favor, ${call}.`;
}
const DECLINING = 'Rechazarla o borrarla en el calendario no cancela la cita.';
const FROM_CALENDAR = 'Con el archivo adjunto puede retirar la cita de su calendario.';

/**
 * The texts of each kind of email about a booking, in Spanish. Sentences do not name the doctor: after «con» a title
 * needs an article, «el Dr.» or «la Dra.», which is unknown. The details name the doctor.
 */
export const BOOKING_TEXTS_ES: Readonly<Record<LetterKind, LetterTexts>> = {
  booked: {
    subject: 'Cita confirmada',
    heading: 'Su cita está confirmada',
    sentence: (_doctor, moment) => `Le confirmamos su cita para el ${moment}.`,
    ofDependant: {
      heading: 'La cita está confirmada',
      sentence: (patient, _doctor, moment) => `Le confirmamos la cita de ${patient} para el ${moment}.`,
    },
    next: (clinic) => [
      `Con el archivo adjunto puede añadir la cita a su calendario. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  moved: {
    subject: 'Cambio de cita',
    heading: 'Su cita tiene un nuevo horario',
    sentence: (_doctor, moment) => `Su nueva cita es el ${moment}.`,
    ofDependant: {
      heading: 'La cita tiene un nuevo horario',
      sentence: (patient, _doctor, moment) => `La nueva cita de ${patient} es el ${moment}.`,
    },
    next: (clinic) => [
      `El horario anterior ya no es válido. Con el archivo adjunto puede actualizar la cita en su calendario. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  moved_to_doctor: {
    subject: 'Cambio de cita',
    heading: 'Su cita ha cambiado',
    sentence: (_doctor, moment) => `Su nueva cita, con otro profesional, es el ${moment}.`,
    ofDependant: {
      heading: 'La cita ha cambiado',
      sentence: (patient, _doctor, moment) =>
        `La nueva cita de ${patient}, con otro profesional, es el ${moment}.`,
    },
    next: (clinic) => [
      `La cita anterior ya no es válida. Con el archivo adjunto puede actualizar la cita en su calendario. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  other_duration: {
    subject: 'Cambio de cita',
    heading: 'Su cita tiene otra duración',
    sentence: (_doctor, moment) => `Su cita empieza igualmente el ${moment}, y tiene otra duración.`,
    ofDependant: {
      heading: 'La cita tiene otra duración',
      sentence: (patient, _doctor, moment) =>
        `La cita de ${patient} empieza igualmente el ${moment}, y tiene otra duración.`,
    },
    next: (clinic) => [
      `Con el archivo adjunto puede actualizar la cita en su calendario. ${DECLINING}`,
      toChange(clinic),
    ],
  },
  cancelled: {
    subject: 'Cita cancelada',
    heading: 'Su cita está cancelada',
    sentence: (_doctor, moment) => `Su cita del ${moment} ha sido cancelada.`,
    ofDependant: {
      heading: 'La cita está cancelada',
      sentence: (patient, _doctor, moment) =>
        `La cita de ${patient} prevista para el ${moment} ha sido cancelada.`,
    },
    next: () => [
      `No es necesario que haga nada más. ${FROM_CALENDAR}`,
      'Si la cita sigue siendo necesaria, puede reservar otra cuando le convenga.',
    ],
  },
  cancelled_by_clinic: {
    subject: 'Cita cancelada',
    heading: 'Su cita está cancelada',
    sentence: (_doctor, moment) => `El centro ha cancelado su cita del ${moment}.`,
    ofDependant: {
      heading: 'La cita está cancelada',
      sentence: (patient, _doctor, moment) =>
        `El centro ha cancelado la cita de ${patient} prevista para el ${moment}.`,
    },
    next: ({ phone }) => [
      `Lamentamos las molestias. Puede reservar otra cita, o ${phone === null ? 'pedirla al centro' : `llamar al centro: ${phone}`}.`,
      FROM_CALENDAR,
    ],
  },
  reminder_24h: {
    subject: 'Recordatorio de su cita',
    heading: 'Recordatorio de su cita',
    sentence: (_doctor, moment) => `Le recordamos que tiene una cita el ${moment}.`,
    ofDependant: {
      subject: 'Recordatorio de una cita',
      heading: 'Recordatorio de una cita',
      sentence: (patient, _doctor, moment) => `Le recordamos que ${patient} tiene una cita el ${moment}.`,
    },
    next: ({ phone, isBookedByClinic }) => [
      isBookedByClinic
        ? `Si no puede acudir, le rogamos que ${phone === null ? 'avise al centro' : `llame al centro (${phone})`}, para que otra persona pueda aprovechar la hora.`
        : 'Si no puede acudir, le rogamos que cambie o cancele la cita donde la reservó, para que otra persona pueda aprovechar la hora.',
    ],
  },
  reminder_1h: {
    subject: 'Su cita empieza en breve',
    heading: 'Su cita empieza en breve',
    sentence: (_doctor, moment) => `Su cita empieza en breve: el ${moment}.`,
    ofDependant: {
      subject: 'Una cita empieza en breve',
      heading: 'La cita empieza en breve',
      sentence: (patient, _doctor, moment) => `La cita de ${patient} empieza en breve: el ${moment}.`,
    },
    next: ({ phone, isBookedByClinic }) => [
      isBookedByClinic
        ? `Si ya no puede acudir, le rogamos que ${phone === null ? 'avise al centro' : `llame al centro: ${phone}`}.`
        : 'Si ya no puede acudir, le rogamos que cancele la cita donde la reservó.',
    ],
  },
};
