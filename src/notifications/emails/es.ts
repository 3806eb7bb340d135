import type { Catalogue } from './catalogue.js';
import type { LocalTime } from './local-time.js';

const longDate = (when: LocalTime): string => `${when.weekday}, ${when.day} de ${when.month} de ${when.year}`;
/** One o'clock is singular in Spanish: «a la 01:00», «a las 10:00». */
const moment = (when: LocalTime): string =>
  `${longDate(when)}, ${when.hour === 1 ? 'a la' : 'a las'} ${when.clock} (${when.zone})`;

const toChange =
  'Si necesita cambiar o cancelar la cita, hágalo, por favor, donde la reservó, antes de que empiece.';

const declining = 'Rechazarla o borrarla en el calendario no cancela la cita.';

/**
 * The emails in Spanish, with «usted». No sentence says «con» and the doctor's name: before a title it would
 * need an article, «con el Dr.» or «con la Dra.», which is unknown. The box names the doctor.
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
      next: ['Con el archivo adjunto puede añadir la cita a su calendario. ' + declining, toChange],
    },
    moved: {
      subject: 'Cambio de cita',
      heading: 'Su cita tiene un nuevo horario',
      sentence: (_doctor, when) => `Su nueva cita es el ${moment(when)}.`,
      next: [
        'El horario anterior ya no es válido. Con el archivo adjunto puede actualizar la cita en su calendario. ' +
          declining,
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
          'Se le pedirá la contraseña de la cuenta.',
          'Si no ha abierto usted ninguna cuenta, no confirme la dirección, por favor.',
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
      change_address: {
        subject: 'Confirme su nueva dirección',
        heading: 'Confirme su nueva dirección, por favor',
        sentence: 'Alguien, esperamos que usted, desea recibir en esta dirección los mensajes de una cuenta.',
        linkText: 'Confirmar esta dirección',
        next: [
          'El código sirve una sola vez. Con él, la cuenta pasa a tener esta dirección, y tendrá que volver a iniciar sesión en todas partes.',
          'Si no lo ha pedido usted, no es necesario que haga nada: no cambiará nada.',
        ],
      },
    },
    detailsTitle: 'Su código',
    codeLabel: 'Código',
    goodUntilLabel: 'Válido hasta',
    codeRoute: (route) =>
      `Introduzca el código donde inicia sesión. Si no encuentra dónde, pregunte al centro qué hay para ${route}. No dé el código a nadie, tampoco al centro.`,
    moment,
    whyYouGetThis:
      'Este mensaje se ha enviado automáticamente porque alguien ha indicado esta dirección de correo electrónico.',
  },
  notices: {
    kinds: {
      password_changed: {
        subject: 'Su contraseña ha cambiado',
        heading: 'Su contraseña ha cambiado',
        sentence: 'Se ha cambiado la contraseña de su cuenta.',
        next: ['Se han cerrado todas las sesiones. Inicie sesión con la contraseña nueva.'],
      },
      second_factor_added: {
        subject: 'Se ha añadido un segundo factor',
        heading: 'Su cuenta tiene un segundo factor',
        sentence: 'Se ha añadido un segundo factor a su cuenta.',
        next: ['A partir de ahora, para iniciar sesión se pedirán también las cifras de su autenticador.'],
      },
      second_factor_removed: {
        subject: 'Se ha quitado el segundo factor',
        heading: 'Su cuenta ya no tiene un segundo factor',
        sentence: 'Se ha quitado el segundo factor de su cuenta.',
        next: ['A partir de ahora, para iniciar sesión basta la contraseña.'],
      },
      role_changed: {
        subject: 'Su función ha cambiado',
        heading: 'Su cuenta tiene otra función',
        sentence: 'Un administrador ha cambiado lo que su cuenta puede hacer.',
        next: ['Se han cerrado todas las sesiones. Vuelva a iniciar sesión, por favor.'],
      },
      new_admin: {
        subject: 'Hay un nuevo administrador',
        heading: 'Hay un nuevo administrador',
        sentence: 'Otra cuenta ha recibido los permisos de administrador.',
        next: [
          'Si no tenía noticia de ello, desactive la cuenta y consulte a los demás administradores, por favor.',
        ],
      },
      address_change_asked: {
        subject: 'Se ha pedido cambiar su dirección',
        heading: 'Alguien quiere cambiar su dirección',
        sentence:
          'Alguien que conoce su contraseña quiere que los mensajes de su cuenta vayan a otra dirección.',
        next: ['La dirección cambiará cuando se confirme la nueva.'],
      },
      address_changed: {
        subject: 'Su dirección ha cambiado',
        heading: 'Su cuenta tiene otra dirección',
        sentence: 'Se ha cambiado la dirección de su cuenta. A partir de ahora inicie sesión con la nueva.',
        next: ['Se han cerrado todas las sesiones. Vuelva a iniciar sesión, por favor.'],
      },
    },
    detailsTitle: 'Qué se ha hecho',
    whenLabel: 'Cuándo',
    roleLabel: 'Función',
    roles: { admin: 'Administrador', doctor: 'Profesional', user: 'Paciente' },
    accountLabel: 'Cuenta',
    ifNotYou:
      'Si no lo ha hecho ni pedido usted, elija ahora una contraseña nueva donde inicia sesión y avise al centro.',
    whyYouGetThis: 'Este mensaje se ha enviado automáticamente porque se ha cambiado algo de su cuenta.',
  },
  unconfirmed: {
    sentence:
      'Nadie ha confirmado todavía esta dirección. Si no tiene nada que ver con esta cuenta, díganoslo: a partir de entonces solo llegará aquí un código para una contraseña nueva, si alguien lo pide.',
    confirm: 'Confirmar esta dirección',
    notMe: 'No soy yo',
    notMeCodeLabel: 'Código para «No soy yo»',
    confirmByRoute: (route) =>
      `Confirmar esta dirección: pida un código donde inicia sesión. Si no encuentra dónde, pida al centro que envíe esta dirección a ${route}.`,
    notMeByRoute: (route) =>
      `No soy yo: dé al centro el código siguiente y pídale que lo envíe a ${route}. El código no sirve para nada más.`,
  },
  detailsTitle: 'Datos de la cita',
  labels: {
    date: 'Fecha',
    time: 'Hora',
    doctorsTime: 'Hora local del profesional',
    earlierTime: 'Horario anterior',
    doctor: 'Profesional',
    specialty: 'Especialidad',
    duration: 'Duración',
    bookingNumber: 'Número de reserva',
  },
  regards: 'Reciba un cordial saludo,',
  whyYouGetThis:
    'Este mensaje se ha enviado automáticamente porque se reservó una cita con esta dirección de correo electrónico.',
  calendarTitle: (doctor) => `Cita: ${doctor}`,
  calendarNote:
    'Puede cambiar o cancelar esta cita donde la reservó. Rechazarla o borrarla aquí no la cancela.',
};
