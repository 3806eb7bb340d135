/** The sections of the API, in the order in which a newcomer needs them. */
export const API_TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Log-in', 'Register, log in and out. Sessions and their tokens.'],
  ['Doctors', "The clinic's doctors."],
  ['Bookings', 'Find a free time, book, reschedule, cancel, list.'],
  ['Patients', 'The people who are treated: oneself, dependants and, for the desk, all.'],
  ['Availability', "Doctors' weekly windows: the hours in which patients can book them."],
  ['Exceptions', 'Dates, or hours of a date, that a doctor blocks.'],
  ['Appointment types', 'What can be booked, and what each doctor offers of it.'],
  ['Clinic', 'Its name, contact details, time zone and limits.'],
  ['My account', 'Password, email, language, export and erasure of one’s own account.'],
  ['Second factor', 'Six digits from an authenticator, in addition to the password.'],
  ['Accounts', 'For admins: accounts and their roles.'],
  ['Notifications', 'For admins: emails and their delivery.'],
  ['Audit', 'For admins: who did what, when and from where.'],
  ['Integrity', 'For admins: checks that the stored data is consistent.'],
  ['Health', 'For operators: whether the process and the servers it depends on respond.'],
];
