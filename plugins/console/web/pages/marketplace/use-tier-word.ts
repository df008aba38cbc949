import { useTranslation } from 'react-i18next'
import { oneOf } from '../../parts/one-of.ts'

const TIERS = ['declarative', 'sandbox', 'trusted'] as const

/** How much a plugin is let do, in the viewer's words. */
export function useTierWord(): (tier: string) => string {
  const { t } = useTranslation('marketplace')
  return (tier) => {
    const known = oneOf(TIERS, tier)
    return known === undefined ? tier : t(`tiers.${known}`)
  }
}
