import { pluginNameSchema, strictObject, versionSchema } from '../gateway/http-schemas.ts'

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
    cohortBy: { enum: ['request', 'subject', 'app', 'unit', 'tenant', 'entity'] },
    keys: { type: 'object' },
    deny: { type: 'array' },
    allow: { type: 'array' },
    analysis: { type: 'object' },
  },
  ['plugin', 'version'],
)
