/** Days of each month, leap years by the Gregorian rule (ISO 8601): a pattern, so that PostgreSQL checks it in the same scan. */
const LEAP_YEAR = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'
const DATE = `(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|${LEAP_YEAR}-02-29)`
const TIME =
  '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)'
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
/** A label of a domain, without its bound of 63 characters: written out, the bound costs PostgreSQL five times the rest. */
const LABEL = '[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*'

export const formatPatterns = {
  /** HTML Living Standard, "valid e-mail address", with at least one dot in the domain. */
  email: `^[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~\\-]+@${LABEL}(?:\\.${LABEL})+$`,
  /** RFC 9562. */
  uuid: '^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$',
  /** RFC 3986, dec-octet. */
  ipv4: `^${OCTET}(?:\\.${OCTET}){3}$`,
  date: `^${DATE}$`,
  /** RFC 3339, without leap seconds. */
  'date-time': `^${DATE}[Tt]${TIME}$`,
  /** Numbers of mobile phones in the numbering plan of mainland China: 11 digits that begin with 13 to 19. */
  'cn-mobile': '^(?:\\+86)?1[3-9]\\d{9}$',
} as const
