import type { Grant } from '../rollout/routing/snapshot.ts'
import type { CallService } from './call-scope.ts'
import { leftWith } from './caller-left.ts'
import type { GrantedCall, HostCall } from './host-call.ts'

interface Request {
  /** `orders.demand`, or `orders.demand@2` where several majors are granted. */
  readonly service: string
  readonly operation: string
  readonly input: unknown
}

interface ServiceGrant {
  readonly service: string
  readonly operations?: readonly string[]
}

/** `ctx.services.call`: another data service, for the same tenant, within the same deadline and trace. */
export function servicesCall(
  callService: CallService,
  isSafe: (service: string, major: number | undefined, operation: string) => boolean,
): HostCall {
  return {
    capability: 'service:call',
    covers: (grant: Grant, request: Request) => coveredService(grant, request) !== undefined,
    schema: {
      type: 'object',
      required: ['service', 'operation', 'input'],
      additionalProperties: false,
      properties: {
        service: { type: 'string', maxLength: 120 },
        operation: { type: 'string', maxLength: 60 },
        input: {},
      },
    },
    hasEffect: ({ service, operation }: Request) => {
      const asked = parseService(service) ?? { service, major: undefined }
      return !isSafe(asked.service, asked.major, operation)
    },
    facet: ({ operation }: Request) => operation,
    run: async ({ scope, request, grant, signal }: GrantedCall<Request>) => {
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

/** The service and major that the grant allows the request to reach; what the manifest says does not count. */
function coveredService(
  grant: Grant,
  request: Request,
): { service: string; major: number } | undefined {
  const { service: range, operations } = grant.parameters as unknown as ServiceGrant
  const granted = parseService(range)
  const asked = parseService(request.service) ?? { service: request.service, major: granted?.major }
  const isCovered =
    granted !== undefined &&
    granted.service === asked.service &&
    granted.major === asked.major &&
    (operations === undefined || operations.includes(request.operation))
  return isCovered ? granted : undefined
}

/** `orders.demand@^1` and `orders.demand@1` are the same: a data service has no minor versions. */
function parseService(text: string): { service: string; major: number } | undefined {
  const match = /^(.+)@\^?(\d+)$/.exec(text)
  return match === null ? undefined : { service: match[1] as string, major: Number(match[2]) }
}
