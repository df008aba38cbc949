import { pluginNameSchema, strictObject, versionSchema } from '../../gateway/http-schemas.ts'
import { MOST_PREVIEWED } from '../cohorts/preview-cohorts.ts'

const targetSchema = { plugin: pluginNameSchema, version: versionSchema } as const
/** Plugins of one group are locked together, in one transaction. */
const MAX_TOGETHER = 9

/** A wish from outside, as far as a schema can say: what the plan itself must be, see planFaults. */
export const wishSchema = strictObject(
  {
    ...targetSchema,
    together: {
      type: 'array',
      maxItems: MAX_TOGETHER,
      items: strictObject(targetSchema, ['plugin', 'version']),
    },
    steps: { type: 'array' },
    callsPerDay: { type: 'number', minimum: 0, maximum: 1e12 },
    salt: { type: 'string', pattern: '^[a-z]{3}_[0-9a-f]{16}$' },
    cohortBy: { enum: ['request', 'subject', 'app', 'unit', 'tenant', 'entity'] },
    keys: { type: 'object' },
    deny: { type: 'array' },
    allow: { type: 'array' },
    analysis: { type: 'object' },
  },
  ['plugin', 'version'],
)

const idSchema = { type: 'string', minLength: 1, maxLength: 200 } as const
/** Who a validation is asked about; see preview-cohorts.ts. */
const calledBySchema = strictObject(
  {
    tenant: { type: 'string', minLength: 1, maxLength: 100 },
    app: idSchema,
    subject: idSchema,
    unit: idSchema,
    entity: idSchema,
  },
  ['tenant'],
)

/** The same beside whom its cohorts are asked for. */
export const validatedWishSchema = {
  ...wishSchema,
  properties: {
    ...wishSchema.properties,
    preview: { type: 'array', maxItems: MOST_PREVIEWED, items: calledBySchema },
  },
} as const
