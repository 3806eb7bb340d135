/**
 * Words that an attacker tries first at a clinic, besides those of the dictionaries. JavaScript, because the hashing
 * threads must also be able to load it from the sources.
 */
import { foldText } from './fold-text.mjs';

const SHORTEST_ROW = 5;

/** What people think of when a page asks for a password, in English, Spanish and other languages. */
const PASSWORDS = `contraseña micontraseña contraseñas contraseñasegura nuevacontraseña clavesegura nosequeponer
  nolose nomeacuerdo password mypassword clave miclave claveacceso palabraclave secreto acceso
  entrar usuario invitado administrador cambiame cambiar nuevaclave bienvenido bienvenida
  bienvenidos welcome changeme letmein login default secret guest admin hola holahola holamundo
  hello helloworld tequiero tequieromucho teamo teamomucho teamomiamor miamor amorcito mivida
  miangel micorazon corazon tekiero amormio amoreterno tequieromiamor princesa mariposa estrella
  iloveyou loveyou mylove quierote unodostres unodostrescuatro unodostrescuatrocinco unodos
  lunesmartes lunesmartesmiercoles enerofebrero enerofebreromarzo primaveraverano onetwothree
  onetwothreefour mondaytuesday januaryfebruary abecedario abracadabra jesus jesucristo diosesamor
  diosmio mipassword passwort kennwort motdepasse senha minhasenha parola wachtwoord haslo heslo
  sifre contrasenya segredo пароль мойпароль привет любовь солнышко наташа κωδικος สวัสดี`;

const FIELD = `clinic clinics clinica clinicas clinical hospital hospitals hospitales consulta consultas consultorio
  consultation consultant surgery centromedico centrosalud centrodesalud medicalcenter medicalcentre healthcenter
  healthcentre healthcare health healthy salud saludable sanidad sanitario sanitas bienestar wellness ambulatorio
  ambulance ambulancia urgencias urgencia emergency emergencia medico medica medicos medical medicina medicine medic
  doctor doctora doctores doctors drhouse physician enfermera enfermero enfermeria nurse nurses nursing paciente
  pacientes patient patients cita citas micita citamedica citaprevia appointment appointments myappointment booking
  bookings reserva reservas turno turnos agenda calendario calendar schedule horario recepcion recepcionista reception
  receptionist secretaria secretary farmacia pharmacy farmaceutico pharmacist receta prescription dentista dentist
  dental odontologo odontologia odontology ortodoncia pediatra pediatria pediatrics pediatrician cardiologia cardiology
  cardiologo dermatologia dermatology dermatologo ginecologia gynecology ginecologo oftalmologia ophthalmology
  psicologia psicologo psicologa psychology psychologist psiquiatra psiquiatria psychiatry fisioterapia fisioterapeuta
  physiotherapy physio terapia therapy therapist traumatologia neurologia neurology oncologia oncology radiologia
  radiology cirugia cirujano surgeon anestesia laboratorio laboratory analisis vacuna vacunas vaccine vaccination
  covid coronavirus podologia podologo nutricion nutricionista nutrition oculista optica matrona midwife maternidad
  veterinario veterinaria veterinary quirofano estetica visita visit cuidado cuidados care hospitalgeneral`;

const NAMES = `carmen ana isabel laura cristina marta lucia paula elena sara raquel beatriz rosa pilar dolores teresa
  angeles mercedes julia alba andrea irene silvia patricia rocio montserrat monica encarnacion concepcion francisca
  antonia josefa manuela natalia claudia sandra susana nuria eva carla daniela valeria sofia martina valentina camila
  mariana gabriela alejandra fernanda guadalupe esperanza margarita veronica carolina lorena yolanda consuelo
  inmaculada rosario mariajose mariacarmen mariateresa marialuisa mariapilar anamaria anabelen rosamaria juancarlos
  josemaria joseluis joseantonio juanjose juanantonio josemanuel miguelangel luismiguel`;

/** Cities and countries where Spanish is spoken, and football clubs. */
const PLACES = `madrid barcelona valencia sevilla zaragoza malaga murcia palma mallorca bilbao alicante cordoba
  valladolid vigo gijon granada coruña vitoria elche oviedo cartagena pamplona almeria salamanca santander
  sansebastian donostia tenerife grancanaria toledo marbella mexico ciudaddemexico guadalajara monterrey puebla
  tijuana bogota medellin cali barranquilla lima arequipa santiago valparaiso buenosaires rosario mendoza caracas
  maracaibo quito guayaquil lapaz santacruz asuncion montevideo sanjose panama sansalvador guatemala tegucigalpa
  managua lahabana santodomingo sanjuan puertorico españa argentina colombia venezuela ecuador peru chile bolivia
  uruguay paraguay costarica honduras nicaragua cuba andalucia cataluña euskadi galicia asturias canarias
  realmadrid atleticomadrid atletico barça fcbarcelona athletic realbetis betis bocajuniors riverplate halamadrid
  viscabarça forzabarça`;

/** They are often followed by a year. */
const DATES = `enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre january february
  march april june july august september october november december primavera verano otoño invierno spring summer
  autumn winter lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday
  sunday navidad feliznavidad christmas vacaciones holiday holidays semanasanta feliz cumpleaños felizcumpleaños
  buenosdias buenastardes buenasnoches familia mifamilia mimama mipapa hijos mishijos amigos perro gato futbol`;

/** Keyboard rows of Spanish, German, French and Russian layouts, and of the English one. */
const ROWS = `qwertyuiop asdfghjkl asdfghjklñ zxcvbnm qwertzuiopü asdfghjklöä yxcvbnm azertyuiop qsdfghjklm wxcvbn
  йцукенгшщзхъ фывапролджэ ячсмитьбю ςερτυθιοπ ασδφγηξκλ ζχψωβνμ`;

const wordsOf = (/** @type {string} */ text) => foldText(text).split(/\s+/);

/** @param {string} row */
const beginningsOf = (row) =>
  Array.from({ length: row.length - SHORTEST_ROW + 1 }, (_, more) => row.slice(0, SHORTEST_ROW + more));

/** Folded, without duplicates. */
export const LIKELY_WORDS = [
  ...new Set([
    ...[PASSWORDS, FIELD, NAMES, PLACES, DATES].flatMap(wordsOf),
    ...wordsOf(ROWS).flatMap(beginningsOf),
  ]),
];
