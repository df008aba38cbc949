import { useTranslation } from 'react-i18next'
import { oneOf } from '../../parts/one-of.ts'

const STATES = [
  'published',
  'deprecated',
  'yanked',
  'staged',
  'rejected',
  'quarantined',
  'blocked',
] as const

/** Where a version stands in the marketplace, in the viewer's words. */
export function useVersionState(): (state: string) => string {
  const { t } = useTranslation('marketplace')
  return (state) => {
    const known = oneOf(STATES, state)
    return known === undefined ? state : t(`versionStates.${known}`)
  }
}
