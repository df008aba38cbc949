import type { Scheme } from './preferences.ts'
import { useMedia } from './use-media.ts'

export function useIsDark(scheme: Scheme): boolean {
  const isSystemDark = useMedia('(prefers-color-scheme: dark)')
  return scheme === 'system' ? isSystemDark : scheme === 'dark'
}
