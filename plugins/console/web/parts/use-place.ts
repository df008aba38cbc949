import { useTranslation } from 'react-i18next'
import type { Place } from './formats.ts'

/** How values are written for the viewer. */
export function usePlace(): Place {
  const { i18n } = useTranslation()
  return { language: i18n.language }
}
