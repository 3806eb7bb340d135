import type { Catalogue } from './catalogue.js';
import type { LocalTime } from './local-time.js';

const longDate = (when: LocalTime): string => `${when.weekday}, ${when.day} de ${when.month} de ${when.year}`;
/** One o'clock is singular in Spanish: «a la 01:00», «a las 10:00». */
const moment = (when: LocalTime): string =>
  `${longDate(when)}, ${when.hour === 1 ? 'a la' : 'a las'} ${when.clock} (${when.zone})`;

const toChange =
  'Si necesita cambiar o cancelar la cita, hágalo, por favor, donde la reservó, antes de que empiece.';

/**
 * The letters in Spanish, with «usted». No sentence says «con» and the doctor's name: before a title it would
 * need the article, «con el Dr.» or «con la Dra.», which we cannot know. The box names the doctor.
 */
export const es: Catalogue = {
  language: 'es',
  longDate,
  shortDate: (when) => `${when.weekdayShort} ${when.day} ${when.monthShort} ${when.year}`,
  greeting: 'Estimado/a paciente:',
  kinds: {
    booked: {
      subject: 'Cita confirmada',
      heading: 'Su cita está confirmada',
      sentence: (_doctor, when) => `Le confirmamos su cita para el ${moment(when)}.`,
      next: ['Con el archivo adjunto puede añadir la cita a su calendario.', toChange],
    },
    moved: {
      subject: 'Cambio de cita',
      heading: 'Su cita tiene un nuevo horario',
      sentence: (_doctor, when) => `Su nueva cita es el ${moment(when)}.`,
      next: [
        'El horario anterior ya no es válido. Con el archivo adjunto puede actualizar la cita en su calendario.',
        toChange,
      ],
    },
    cancelled: {
      subject: 'Cita cancelada',
      heading: 'Su cita está cancelada',
      sentence: (_doctor, when) => `Su cita del ${moment(when)} ha sido cancelada.`,
      next: [
        'No es necesario que haga nada más. Con el archivo adjunto puede retirar la cita de su calendario.',
        'Si aún desea que le atendamos, puede reservar otra cita cuando le convenga.',
      ],
    },
    reminder_24h: {
      subject: 'Recordatorio de su cita',
      heading: 'Recordatorio de su cita',
      sentence: (_doctor, when) => `Le recordamos que tiene una cita el ${moment(when)}.`,
      next: [
        'Si no puede acudir, le rogamos que cambie o cancele la cita donde la reservó, para que otra persona pueda aprovechar la hora.',
      ],
    },
    reminder_1h: {
      subject: 'Su cita empieza en breve',
      heading: 'Su cita empieza en breve',
      sentence: (_doctor, when) => `Su cita empieza en breve: el ${moment(when)}.`,
      next: ['Si ya no puede acudir, le rogamos que cancele la cita donde la reservó.'],
    },
  },
  account: {
    greeting: 'Hola:',
    kinds: {
      password_reset: {
        subject: 'Elija una contraseña nueva',
        heading: 'Elija una contraseña nueva',
        sentence:
          'Alguien, esperamos que usted, ha pedido una contraseña nueva para la cuenta con esta dirección.',
        linkText: 'Elegir una contraseña nueva',
        next: [
          'El código sirve una sola vez. Con la contraseña nueva tendrá que volver a iniciar sesión en todas partes.',
          'Si no la ha pedido usted, no es necesario que haga nada: su contraseña no cambia.',
        ],
      },
      verify_address: {
        subject: 'Confirme su dirección',
        heading: 'Confirme su dirección, por favor',
        sentence: 'Se ha abierto una cuenta con esta dirección. Confirme, por favor, que es suya.',
        linkText: 'Confirmar esta dirección',
        next: [
          'Se le pedirá la contraseña con la que se abrió la cuenta.',
          'Si no ha abierto usted ninguna cuenta, no es necesario que haga nada: no se podrá usar.',
        ],
      },
      invitation: {
        subject: 'Su nueva cuenta',
        heading: 'Una cuenta para usted',
        sentence: 'El centro ha abierto una cuenta para esta dirección. Elija una contraseña y será suya.',
        linkText: 'Elegir una contraseña',
        next: [
          'El código sirve una sola vez. Nadie en el centro conocerá su contraseña.',
          'Si no esperaba ninguna cuenta, no es necesario que haga nada: sin contraseña no se puede usar.',
        ],
      },
    },
    detailsTitle: 'Su código',
    codeLabel: 'Código',
    goodUntilLabel: 'Válido hasta',
    moment,
    whyYouGetThis:
      'Este mensaje se ha enviado automáticamente porque alguien ha indicado esta dirección de correo electrónico.',
  },
  detailsTitle: 'Datos de la cita',
  labels: {
    date: 'Fecha',
    time: 'Hora',
    doctorsTime: 'Hora local del profesional',
    doctor: 'Profesional',
    specialty: 'Especialidad',
    duration: 'Duración',
    bookingNumber: 'Número de reserva',
  },
  regards: 'Reciba un cordial saludo,',
  whyYouGetThis:
    'Este mensaje se ha enviado automáticamente porque se reservó una cita con esta dirección de correo electrónico.',
  calendarTitle: (doctor) => `Cita: ${doctor}`,
  calendarNote: 'Puede cambiar o cancelar esta cita donde la reservó.',
};
