import {
  type CallContributor,
  contributionsCallRule,
  contributionsListRule,
  type ListPoint,
  requireContributor,
  requireOwnPoint,
} from '@signalbox/sdk/host-calls/contribution-rules'
import type { CallScope } from '../broker/call-scope.ts'
import type { RunEntry } from '../broker/entry-call.ts'
import type { GrantedCall, HostCall } from '../broker/host-call.ts'
import type { Snapshot } from '../rollout/routing/snapshot.ts'
import { callContributor } from './call-contributor.ts'
import { type Contribution, contributionsTo } from './contributions.ts'
import type { PointSchemas } from './point-schemas.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly schemas: PointSchemas
  readonly runEntry: RunEntry
}

/** `ctx.contributions(point)`: what the tenant's other plugins put into a point of this one. */
export function contributionsList(ports: Ports): HostCall {
  return {
    ...contributionsListRule,
    run: async ({ scope, request }: GrantedCall<ListPoint>) => {
      requireOwnPoint(scope.version, request.point)
      return fitting(ports, scope, request.point)
    },
  }
}

/** `call` of what `ctx.contributions` lists. */
export function contributionsCall(ports: Ports): HostCall {
  return {
    ...contributionsCallRule,
    run: async ({ scope, request, signal }: GrantedCall<CallContributor>) => {
      requireOwnPoint(scope.version, request.point)
      requireContributor(await fitting(ports, scope, request.point), request)
      return callContributor(ports.runEntry, { scope, signal }, request)
    },
  }
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
