/** Every place of the dashboard, in one object. */
export const places = {
  start: '/',
  tickets: '/tickets/',
  ticket: (id: number) => `/tickets/${id}/`,
  newTicket: '/tickets/new/',
  mails: '/mails/',
  customers: '/customers/',
  customer: (id: number) => `/customers/${id}/`,
  macros: '/macros/',
  settings: '/settings/',
  setting: (section: string) => `/settings/${section}/`,
} as const
