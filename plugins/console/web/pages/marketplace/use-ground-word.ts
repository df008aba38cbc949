import { useTranslation } from 'react-i18next'
import { oneOf } from '../../parts/one-of.ts'

const GROUNDS = ['first-version', 'tier', 'asked-for', 'trials-cut-short'] as const

/** Why a version is looked at by people, in the viewer's words. */
export function useGroundWord(): (ground: string) => string {
  const { t } = useTranslation('marketplace')
  return (ground) => {
    const known = oneOf(GROUNDS, ground)
    return known === undefined ? ground : t(`reviews.groundNames.${known}`)
  }
}
