import { useTranslation } from 'react-i18next'

const TIERS = ['declarative', 'sandbox', 'trusted'] as const

/** How much a plugin is let do, in the viewer's words. */
export function useTierWord(): (tier: string) => string {
  const { t } = useTranslation('marketplace')
  return (tier) => {
    const known = TIERS.find((one) => one === tier)
    return known === undefined ? tier : t(`tiers.${known}`)
  }
}
