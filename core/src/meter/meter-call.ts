import { MAX_UNITS, type MeterRequest, meterRule } from '@signalbox/sdk/host-calls/meter-rules'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import { meterUse } from '../usage/call-use.ts'
import type { MeterRecorder } from './meter-recorder.ts'

/**
 * `ctx.meter`: always there. It counts as a read, so that a safe operation stays one: a call that runs again
 * because its lane was lost meters again. Its subscriber is counted what the try metered that answered.
 */
export function meterCall(meter: MeterRecorder): HostCall {
  return {
    ...meterRule,
    run: async ({ scope, request: { unit, n }, signal }: GrantedCall<MeterRequest>) => {
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
