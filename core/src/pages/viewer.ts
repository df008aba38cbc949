import type { Authenticated } from '../identity/authenticate.ts'
import type { CohortCall } from '../rollout/cohorts/cohort.ts'
import { requestOfSession } from '../rollout/cohorts/lasting-request.ts'

/** Who looks at pages, as far as it says which versions he sees. */
export interface Viewer {
  /** Absent: of none, so that nobody's word says what he may see. */
  readonly tenant?: string
  readonly subject?: string
  /** What of him lives on from request to request; absent: nothing does. */
  readonly requestId?: string
}

/** A session is one draw, however many pages and parts of pages it asks for. */
export function viewerOf({ principal }: Pick<Authenticated, 'principal'>): Viewer {
  switch (principal.kind) {
    case 'user': {
      const { tenant, user, proof } = principal
      return { tenant, subject: user, requestId: requestOfSession(proof) }
    }
    case 'admin':
      return { tenant: principal.tenant, requestId: requestOfSession(principal.token) }
    case 'operator': {
      const { session } = principal
      return session === undefined ? {} : { requestId: requestOfSession(session) }
    }
    default:
      return {}
  }
}

/** How a viewer is drawn in a tenant. @param otherwise what he is drawn by, where nothing of him lives on */
export function callOf(viewer: Viewer, tenant: string, otherwise: string): CohortCall {
  const { subject, requestId = otherwise } = viewer
  const call = { tenant, requestId }
  return subject === undefined || viewer.tenant !== tenant ? call : { ...call, subject }
}
