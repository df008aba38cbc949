import { useQuery } from '@tanstack/react-query'
import { createContext } from 'react'
import { request } from '../api/request.ts'
import type { Viewer } from '../api/viewer.ts'
import { isKnownZone } from '../parts/wall-clock.ts'
import { useTenant } from './viewer-context.ts'

/** In which time zone times are shown and read; undefined: in that of the browser. */
export const ZoneContext = createContext<string | undefined>(undefined)

/** That of the tenant whose things are shown. */
export function useTenantZone(viewer: Viewer): string | undefined {
  const tenant = useTenant()
  const isAsked = viewer.kind === 'operator' && tenant !== undefined
  const path = `/v1/tenants/${encodeURIComponent(tenant ?? '')}`
  const { data } = useQuery({
    queryKey: [path, 'zone'],
    queryFn: ({ signal }) => request<{ timeZone: string | null }>('GET', path, { signal }),
    enabled: isAsked,
    // A name that leads to no tenant is told by the page.
    retry: false,
  })
  const zone = viewer.kind === 'user' ? viewer.timeZone : data?.timeZone
  return typeof zone === 'string' && isKnownZone(zone) ? zone : undefined
}
