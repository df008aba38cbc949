import { useTranslation } from 'react-i18next'
import { oneOf } from '../../parts/one-of.ts'

const STATES = [
  'installed',
  'expanded',
  'warm',
  'stable',
  'migration_failed',
  'start_failed',
  'signature_invalid',
] as const

/** How far a version has come on this host, in the viewer's words. */
export function useInstallState(): (state: string) => string {
  const { t } = useTranslation('marketplace')
  return (state) => {
    const known = oneOf(STATES, state)
    return known === undefined ? state : t(`installStates.${known}`)
  }
}
