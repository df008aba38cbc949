import type { Principal } from '@signalbox/sdk'
import type { CohortCall } from './cohort.ts'

interface AskedCall extends Pick<CohortCall, 'requestId' | 'tenant' | 'input'> {
  readonly principal: Principal
}

/** What a call of a data service is known by when it is drawn. */
export function cohortCallOf({ tenant, principal, requestId, input }: AskedCall): CohortCall {
  const call = { requestId, tenant, input }
  if (principal.kind === 'app') return { ...call, app: principal.id }
  return principal.kind === 'user' ? { ...call, subject: principal.id } : call
}
