import { useMemo } from 'react'
import { holds } from '../api/may-call.ts'
import type { Viewer } from '../api/viewer.ts'
import { useWholeList } from '../api/whole-list.ts'
import { useTenant, useViewer } from '../app/viewer-context.ts'
import { type Offering, offeringOf, PAGE_POINT } from './offered-pages.ts'
import type { Contributed } from './page-spec.ts'

export interface ContributedPages extends Offering {
  readonly isPending: boolean
  readonly error: Error | null
  readonly isCut: boolean
}

/** The pages that plugins put here for whoever looks, all of them. */
export function useContributed(): ContributedPages {
  const viewer = useViewer()
  const { items, ...state } = usePoint(PAGE_POINT)
  const offering = useMemo(
    () => offeringOf(items, (permission) => mayUse(viewer, permission)),
    [items, viewer],
  )
  return { ...offering, ...state }
}

/** All that plugins put into a point of the console for the tenant, in the versions that the viewer is served. */
export function usePoint(point: string) {
  const tenant = useTenant()
  const isAsked = tenant !== undefined
  const { items, isPending, error, hasNextPage, isCut } = useWholeList<Contributed>(
    `/v1/tenants/${encodeURIComponent(tenant ?? '')}/contributions`,
    { point },
    isAsked,
  )
  const isWaiting = isAsked && (isPending || hasNextPage) && error === null && !isCut
  return { items, isPending: isWaiting, error, isCut }
}

/** Whether the viewer is shown what a page asks a permission for, be it in some units; the host decides at each call. */
export function mayUse(viewer: Viewer, permission: string): boolean {
  return viewer.kind === 'operator' || holds(viewer, permission, 'unit')
}
