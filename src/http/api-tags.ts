/** The headings of the API, in the order in which a newcomer needs them. */
export const API_TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Log-in', 'Register, log in and out. Sessions and their tokens.'],
  ['Doctors', 'Who there is to see.'],
  ['Bookings', 'Find a free time, book, reschedule, cancel, list.'],
  ['Availability', "Doctors' weekly windows, in which they can be booked."],
  ['Exceptions', 'Dates, or parts of them, that a doctor blocks.'],
  ['My account', 'Password, email, language, export and erasure of one’s own account.'],
  ['Second factor', 'An authenticator’s six digits beside the password.'],
  ['Accounts', 'For admins: accounts and their roles.'],
  ['Notifications', 'For admins: the mails, and what became of them.'],
  ['Audit', 'For admins: who did what, when and from where.'],
  ['Integrity', 'For admins: whether all is as it should be.'],
  ['Health', 'For operators: whether the process and its servers answer.'],
];
