import { create, useStore } from '../../app/store.ts'
import { useTenant } from '../../app/viewer-context.ts'

/** Of the practice app; in memory only, so that it goes with the window. */
export const practiceKey = create<{ readonly tenant: string; readonly key: string } | undefined>(
  undefined,
)

/** @returns the key where it is of the tenant that somebody looks at */
export function usePracticeKey(): string | undefined {
  const tenant = useTenant()
  const kept = useStore(practiceKey)
  return kept?.tenant === tenant ? kept?.key : undefined
}
