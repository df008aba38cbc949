import type { CallRule, Grant } from './call-rule.ts'

export interface ServiceRequest {
  /** `orders.demand`, or `orders.demand@2` where several majors are granted. */
  readonly service: string
  readonly operation: string
  readonly input: unknown
}

interface ServiceGrant {
  readonly service: string
  readonly operations?: readonly string[]
}

/** `ctx.services.call`; whether it has an effect is known to who knows the contract of the service. */
export const servicesCallRule = {
  capability: 'service:call',
  covers: (grant: Grant, request: ServiceRequest) => coveredService(grant, request) !== undefined,
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
  hasEffect: () => true,
  facet: ({ operation }: ServiceRequest) => operation,
} as const satisfies CallRule

/** The service and major that the grant allows the request to reach; what the manifest says does not count. */
export function coveredService(
  grant: Grant,
  request: ServiceRequest,
): { readonly service: string; readonly major: number } | undefined {
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
export function parseService(text: string): { service: string; major: number } | undefined {
  const match = /^(.+)@\^?(\d+)$/.exec(text)
  return match === null ? undefined : { service: match[1] as string, major: Number(match[2]) }
}
