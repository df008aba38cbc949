import { useSyncExternalStore } from 'react'
import type { Scheme } from './preferences.ts'

const dark = window.matchMedia('(prefers-color-scheme: dark)')

export function useIsDark(scheme: Scheme): boolean {
  const isSystemDark = useSyncExternalStore(
    (listener) => {
      dark.addEventListener('change', listener)
      return () => dark.removeEventListener('change', listener)
    },
    () => dark.matches,
  )
  return scheme === 'system' ? isSystemDark : scheme === 'dark'
}
