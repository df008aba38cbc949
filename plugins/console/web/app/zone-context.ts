import { createContext } from 'react'
import { isKnownZone } from '../parts/wall-clock.ts'

/** In which time zone times are shown and read; undefined: in that of the browser. */
export const ZoneContext = createContext<string | undefined>(undefined)

/** @param zone that of the tenant whose things are shown, as the host tells it. Pure */
export function shownZone(zone: string | null | undefined): string | undefined {
  return typeof zone === 'string' && isKnownZone(zone) ? zone : undefined
}
