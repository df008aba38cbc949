import {
  coveredService,
  parseService,
  type ServiceRequest,
  servicesCallRule,
} from '@signalbox/sdk/host-calls/service-rules'
import type { CallService } from './call-scope.ts'
import { leftWith } from './caller-left.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

/** `ctx.services.call`: another data service, for the same tenant, within the same deadline and trace. */
export function servicesCall(
  callService: CallService,
  isSafe: (service: string, major: number | undefined, operation: string) => boolean,
): HostCall {
  return {
    ...servicesCallRule,
    hasEffect: ({ service, operation }: ServiceRequest) => {
      const asked = parseService(service) ?? { service, major: undefined }
      return !isSafe(asked.service, asked.major, operation)
    },
    run: async ({ scope, request, grant, signal }: GrantedCall<ServiceRequest>) => {
      const covered = coveredService(grant, request)
      if (covered === undefined) throw new Error('a grant was chosen that does not cover the call')
      const answer = await callService({
        ...covered,
        tenant: scope.tenant,
        principal: { kind: 'plugin', id: scope.version.plugin },
        operation: request.operation,
        inputJson: JSON.stringify(request.input),
        input: request.input,
        traceId: scope.traceId,
        requestId: scope.requestId,
        deadline: scope.deadline,
        chain: scope.chain,
        left: leftWith(signal),
        span: scope.span,
        ...(scope.origin === undefined ? {} : { origin: scope.origin }),
        ...(scope.shadow === undefined ? {} : { shadow: scope.shadow }),
      })
      return JSON.parse(answer.outputJson) as unknown
    },
  }
}
