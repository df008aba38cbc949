import { coreErrors } from '../errors.ts'
import type { Grant } from '../rollout/snapshot.ts'
import type { HostCall } from './broker.ts'
import type { CallScope, CallService } from './call-scope.ts'

interface Request {
  readonly service: string
  readonly operation: string
  readonly input: unknown
}

/** `ctx.services.call`: another data service, for the same tenant, within the same deadline and trace. */
export function servicesCall(callService: CallService): HostCall {
  return {
    capability: 'service:call',
    covers: coversService,
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
    run: async (scope: CallScope, request: Request) => {
      const answer = await callService({
        tenant: scope.tenant,
        principal: { kind: 'plugin', id: scope.version.plugin },
        service: request.service,
        major: majorByManifest(scope, request.service),
        operation: request.operation,
        inputJson: JSON.stringify(request.input),
        input: request.input,
        traceId: scope.traceId,
        deadline: scope.deadline,
        chain: scope.chain,
      })
      return JSON.parse(answer.outputJson) as unknown
    },
  }
}

function coversService(grant: Grant, request: Request): boolean {
  const { service, operations } = grant.parameters as {
    service: string
    operations?: readonly string[]
  }
  return (
    parseServiceRange(service)?.service === request.service &&
    (operations === undefined || operations.includes(request.operation))
  )
}

/** The major version that the running version's manifest names for the service. */
function majorByManifest(scope: CallScope, service: string): number {
  for (const wish of scope.version.manifest.capabilities?.['service:call'] ?? []) {
    const parsed = parseServiceRange(wish.service)
    if (parsed?.service === service) return parsed.major
  }
  const { plugin } = scope.version
  throw coreErrors.create('GRANT_MISSING', {
    plugin,
    capability: 'service:call',
    tenant: scope.tenant,
  })
}

function parseServiceRange(text: string): { service: string; major: number } | undefined {
  const match = /^(.+)@\^?(\d+)$/.exec(text)
  return match === null ? undefined : { service: match[1] as string, major: Number(match[2]) }
}
