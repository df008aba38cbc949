import type { CallScope } from '../broker/call-scope.ts'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import { coreErrors } from '../errors.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { callContributor } from './call-contributor.ts'
import { type Contribution, contributionsTo, declaresPoint } from './contributions.ts'
import type { PointSchemas } from './point-schemas.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly schemas: PointSchemas
  readonly runEntry: RunEntry
}

interface ListRequest {
  readonly point: string
}

interface CallRequest extends ListRequest {
  readonly plugin: string
  readonly handler: string
  readonly input: unknown
}

/** Both go to the guest as parts of a handler's place, so neither may hold what separates them. */
const point = { type: 'string', pattern: '^[a-z0-9][a-z0-9._/-]*$', maxLength: 120 } as const
const handler = { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', maxLength: 60 } as const

/** `ctx.contributions(point)`: what the tenant's other plugins put into a point of this one. */
export function contributionsList(ports: Ports): HostCall {
  return {
    capability: null,
    covers: () => true,
    schema: {
      type: 'object',
      required: ['point'],
      additionalProperties: false,
      properties: { point },
    },
    hasEffect: () => false,
    facet: ({ point: asked }: ListRequest) => asked,
    run: async ({ scope, request }: GrantedCall<ListRequest>) => {
      requireOwn(scope, request.point)
      return fitting(ports, scope, request.point)
    },
  }
}

/** `call` of what `ctx.contributions` lists. */
export function contributionsCall(ports: Ports): HostCall {
  return {
    capability: null,
    covers: () => true,
    schema: {
      type: 'object',
      required: ['point', 'plugin', 'handler', 'input'],
      additionalProperties: false,
      properties: { point, plugin: { type: 'string', maxLength: 214 }, handler, input: {} },
    },
    // What a stranger's handler does is not known before it ran.
    hasEffect: () => true,
    facet: ({ point: asked }: CallRequest) => asked,
    run: async ({ scope, request, signal }: GrantedCall<CallRequest>) => {
      const { plugin } = request
      requireOwn(scope, request.point)
      const found = await fitting(ports, scope, request.point)
      if (!found.some((one) => one.plugin === plugin)) {
        throw coreErrors.create('CONTRIBUTION_MISSING', { plugin, point: request.point })
      }
      return callContributor(ports.runEntry, { scope, signal }, request)
    },
  }
}

function requireOwn({ version }: CallScope, asked: string): void {
  if (declaresPoint(version, asked)) return
  const parameters = { plugin: version.plugin, version: version.version, point: asked }
  throw coreErrors.create('POINT_NOT_OWN', parameters)
}

/** A value that does not fit is left out: who owns the point need not fear what a stranger put there. */
async function fitting(
  { snapshot, schemas }: Ports,
  scope: CallScope,
  asked: string,
): Promise<readonly Contribution[]> {
  const found: Contribution[] = []
  for (const one of contributionsTo(snapshot(), asked, scope)) {
    if ((await schemas.faults(scope.version, asked, one.value)).length === 0) found.push(one)
  }
  return found
}
