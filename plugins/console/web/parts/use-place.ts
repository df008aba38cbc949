import { use } from 'react'
import { useTranslation } from 'react-i18next'
import { ZoneContext } from '../app/zone-context.ts'
import type { Place } from './formats.ts'

/** How values are written for the viewer. */
export function usePlace(): Place {
  const { i18n } = useTranslation()
  const timeZone = use(ZoneContext)
  return { language: i18n.language, ...(timeZone === undefined ? {} : { timeZone }) }
}
