import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import { meterUse } from '../usage/call-use.ts'
import { MAX_UNITS } from './meter-ledger.ts'
import type { MeterRecorder } from './meter-recorder.ts'

interface Request {
  readonly unit: string
  readonly n: number
}

/**
 * `ctx.meter`: always there. It counts as a read, so that a safe operation stays one: a call that runs again
 * because its lane was lost meters again. Its subscriber is counted what the try metered that answered.
 */
export function meterCall(meter: MeterRecorder): HostCall {
  return {
    capability: null,
    covers: () => true,
    schema: {
      type: 'object',
      required: ['unit', 'n'],
      additionalProperties: false,
      properties: {
        unit: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', maxLength: 60 },
        // Whole, so that sums are exact; a part of a unit is a smaller unit.
        n: { type: 'integer', minimum: 0, maximum: 1_000_000_000 },
      },
    },
    hasEffect: () => false,
    facet: ({ unit }: Request) => unit,
    run: async ({ scope, request: { unit, n }, signal }: GrantedCall<Request>) => {
      const { tenant, version: installed, principal, chain } = scope
      const { plugin, version } = installed
      const who = `${principal.kind}:${principal.id}`
      const operation = chain.at(-1) ?? principal.id
      const name = { tenant, plugin, version, principal: who, operation, unit }
      if (meter.add(name, n)) {
        if (scope.use !== undefined) meterUse(scope.use, unit, n, signal)
        return null
      }
      const parameters = { plugin, version, tenant, limit: MAX_UNITS }
      throw coreErrors.create('METER_UNITS_TOO_MANY', parameters)
    },
  }
}
