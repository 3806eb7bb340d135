import type { Catalogue } from './catalogue.js';
import type { LocalTime } from './local-time.js';

const longDate = (when: LocalTime): string => `${when.weekday}, ${when.day} de ${when.month} de ${when.year}`;
/** One o'clock is singular in Spanish: «a la 01:00», «a las 10:00». */
const moment = (when: LocalTime): string =>
  `${longDate(when)}, ${when.hour === 1 ? 'a la' : 'a las'} ${when.clock} (${when.zone})`;

/** The emails in Spanish, with «usted». */
export const es: Catalogue = {
  language: 'es',
  longDate,
  moment,
  shortDate: (when) => `${when.weekdayShort} ${when.day} ${when.monthShort} ${when.year}`,
  greeting: 'Estimado/a paciente:',
  greetingTo: (name) => `Hola, ${name}:`,
  yourDependant: 'la persona a su cargo',
  account: {
    greeting: 'Hola:',
    detailsTitle: 'Su código',
    goodUntilLabel: 'Válido hasta',
    codeRoute: (label, route) =>
      `Introduzca el «${label}» donde inicia sesión. Si no encuentra dónde, pregunte al centro dónde se usa ${route}. No dé este código a nadie, tampoco al centro.`,
    whyYouGetThis:
      'Este mensaje se ha enviado automáticamente porque alguien ha indicado esta dirección de correo electrónico.',
  },
  notices: {
    detailsTitle: 'Qué se ha hecho',
    whenLabel: 'Cuándo',
    roleLabel: 'Función',
    roles: { admin: 'Administrador', staff: 'Recepción', doctor: 'Profesional', user: 'Paciente' },
    accountLabel: 'Cuenta',
    ifNotYou:
      'Si no lo ha hecho ni pedido usted, elija ahora una contraseña nueva donde inicia sesión y avise al centro.',
    whyYouGetThis: 'Este mensaje se ha enviado automáticamente porque se ha cambiado algo de su cuenta.',
  },
  unconfirmed: {
    sentence:
      'Nadie ha confirmado todavía esta dirección. Si no tiene nada que ver con esta cuenta, díganoslo: a partir de entonces solo llegará aquí un código para una contraseña nueva, si alguien lo pide.',
    patientsSentence:
      'Alguien ha dado al centro esta dirección para un paciente. Si no sabe nada de esta cita, díganoslo, y no llegarán aquí más mensajes sobre citas.',
    invitedSentence:
      'Alguien ha dado al centro esta dirección para un paciente. Si no sabe nada de esta invitación, díganoslo, y no llegarán aquí más mensajes sobre citas.',
    patientsStep:
      'Alguien ha dado al centro esta dirección para un paciente. Si no sabe nada de esta cita, avise al centro, por favor.',
    confirm: 'Confirmar esta dirección',
    notMe: 'No soy yo',
    notMeCodeLabel: 'Código para «No soy yo»',
    confirmByRoute: (route) =>
      `Confirmar esta dirección: pida un código donde inicia sesión. Si no encuentra dónde, pida al centro que envíe esta dirección a ${route}.`,
    notMeByRoute: (route) =>
      `No soy yo: dé al centro el código para «No soy yo», abajo, y pídale que lo envíe a ${route}. Ese código no sirve para nada más.`,
  },
  detailsTitle: 'Datos de la cita',
  labels: {
    patient: 'Paciente',
    date: 'Fecha',
    time: 'Hora',
    doctorsTime: 'Hora local del profesional',
    earlierTime: 'Horario anterior',
    earlierDuration: 'Duración anterior',
    earlierDoctor: 'Profesional anterior',
    doctor: 'Profesional',
    specialty: 'Especialidad',
    duration: 'Duración',
    bookingNumber: 'Número de reserva',
  },
  reasonLabel: 'Motivo',
  regards: 'Reciba un cordial saludo,',
  whyYouGetThis:
    'Este mensaje se ha enviado automáticamente porque se reservó una cita con esta dirección de correo electrónico.',
  calendarTitle: (doctor) => `Cita: ${doctor}`,
  calendarNote:
    'El correo con esta cita dice cómo cambiarla o cancelarla. Rechazarla o borrarla aquí no la cancela.',
};
