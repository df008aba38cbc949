/** Of what is sent to review-routes.ts. */

const nameSchema = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 } as const
const packageSchema = {
  type: 'string',
  pattern: '^(@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*$',
  maxLength: 214,
} as const
const versionSchema = { type: 'string', pattern: '^[0-9A-Za-z.-]+$', maxLength: 256 } as const
const uuidSchema = {
  type: 'string',
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
} as const
/** Text that PostgreSQL can hold, and that says something. */
const reasonSchema = {
  type: 'string',
  maxLength: 4000,
  pattern: '^[^\\u0000]*\\S[^\\u0000]*$',
} as const

const ruleSchema = { type: 'string', pattern: '^[a-z0-9-]+/[a-z0-9-]+$', maxLength: 100 } as const

/** A DSSE envelope of a decision, whose reason is in it; others are refused where they are read. */
const statementSchema = { type: 'string', minLength: 1, maxLength: 40_000 } as const

function strict<Properties extends object>(
  properties: Properties,
  required: readonly string[] = Object.keys(properties),
) {
  return { type: 'object', additionalProperties: false, required: [...required], properties }
}

export const commandSchema = {
  idParams: strict({ id: uuidSchema }),
  params: strict({
    id: uuidSchema,
    command: { enum: ['approve', 'reject', 'appeal', 'answer', 'reopen'] },
  }),
  body: strict({ text: reasonSchema, rule: ruleSchema, statement: statementSchema }, ['text']),
}

export const listSchema = strict(
  {
    status: { enum: ['open', 'approved', 'rejected'] },
    package: packageSchema,
    version: versionSchema,
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: uuidSchema,
  },
  [],
)

export const roleSchema = strict({ name: nameSchema, role: { enum: ['reviewer', 'trusted'] } })

export const withdrawalParams = strict({
  name: packageSchema,
  version: versionSchema,
  command: { enum: ['yank', 'unyank', 'block', 'unblock'] },
})

export const withdrawalSchema = strict({ reason: reasonSchema })

const tierPolicy = strict({
  approvals: { type: 'integer', minimum: 0, maximum: 5 },
  trustedPublishersPass: { type: 'boolean' },
})

/** Neither linted nor run at a publish: people are all there is. */
const trustedPolicy = strict(
  {
    approvals: { type: 'integer', minimum: 1, maximum: 5 },
    trustedPublishersPass: { const: false },
    operatorPasses: { type: 'boolean' },
  },
  ['approvals', 'trustedPublishersPass'],
)

export const policySchema = strict(
  {
    mode: { enum: ['on', 'off'] },
    operator: { enum: ['pass', 'review'] },
    tiers: strict({ declarative: tierPolicy, sandbox: tierPolicy, trusted: trustedPolicy }),
    minimumReleaseAgeHours: { type: 'integer', minimum: 0, maximum: 8760 },
  },
  ['mode', 'operator', 'tiers'],
)
