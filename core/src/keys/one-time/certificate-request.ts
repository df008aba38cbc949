/** X.520 Table A.1: what fits the PrintableString that a serialNumber has to be. */
const PRINTABLE = "^[A-Za-z0-9 '()+,./:=?-]{1,64}$"
/** Of a subject, 64 characters at most (RFC 5280, appendix A.1); controls would show as another name than there is. */
const name = { type: 'string', pattern: '^[^\\p{C}]{1,64}$' } as const
/** RFC 5321 §4.5.3.1 for lengths, ASCII: what an rfc822Name may hold (RFC 5280 §4.2.1.6). */
const EMAIL =
  "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63}){0,8}$"

export const oneTimeKeySchema = { type: 'string', pattern: '^otk_[0-9a-f]{32}$' } as const

/** `ctx.keys.sign({ usage: 'certificate', … })`. */
export const certificateProperties = {
  subject: {
    type: 'object',
    additionalProperties: false,
    required: ['commonName'],
    properties: {
      commonName: name,
      organization: name,
      serialNumber: { type: 'string', pattern: PRINTABLE },
      country: { type: 'string', pattern: '^[A-Z]{2}$' },
      email: { type: 'string', maxLength: 254, pattern: EMAIL },
    },
  },
  ttlS: { type: 'integer', minimum: 60, maximum: 315_360_000 },
} as const
