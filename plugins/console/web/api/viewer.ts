import { useQuery } from '@tanstack/react-query'
import { ProblemError } from './problem.ts'
import { keepCsrf, request } from './request.ts'

interface RoleOfMe {
  readonly role: string
  /** Where it reaches; null: the whole tenant. */
  readonly units: readonly string[] | null
}

/** A person of a tenant who has signed in. */
export interface UserViewer {
  readonly kind: 'user'
  readonly tenant: string
  readonly id: string
  readonly login: string
  readonly displayName: string
  readonly locale?: string | null
  /** Of the tenant; null: that of the browser. */
  readonly timeZone?: string | null
  readonly roles: readonly RoleOfMe[]
  /** What the host lets him do in all of the tenant, by its names. */
  readonly actions: readonly string[]
  /** Further ones, in some units only. */
  readonly actionsInUnits: readonly string[]
  readonly permissions: readonly string[]
  /** Those that he holds in units only, with the units. */
  readonly permissionsInUnits?: readonly {
    readonly permission: string
    readonly units: readonly string[]
  }[]
  readonly csrfToken?: string
}

export interface OperatorViewer {
  readonly kind: 'operator'
  readonly actions: readonly string[]
  readonly csrfToken?: string
}

export type Viewer = UserViewer | OperatorViewer

const ME = ['/v1/me'] as const

/** Whether somebody asks who looks. */
export function isOfViewer({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[0] === ME[0]
}

/** Who looks; null: nobody has signed in. */
export function useViewerQuery() {
  return useQuery({
    queryKey: ME,
    queryFn: async ({ signal }): Promise<Viewer | null> => {
      try {
        const viewer = await request<Viewer>('GET', '/v1/me', { signal })
        keepCsrf(viewer.csrfToken)
        return viewer
      } catch (error) {
        if (error instanceof ProblemError && [401, 403].includes(error.problem.status)) return null
        throw error
      }
    },
    staleTime: 5 * 60_000,
  })
}
