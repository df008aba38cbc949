import { useTranslation } from 'react-i18next'
import { instantText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import type { Candidate } from './update.ts'
import './updates.css'

/** What keeps a version, in the host's own words. */
export function WaitsFor({ reasons }: { reasons: Candidate['waitsFor'] }) {
  const { t, i18n } = useTranslation('updates')
  const place = usePlace()
  if (reasons.length === 0) return t('isNext')
  return (
    <ul className="wrapped">
      {reasons.map(({ code, message, until }) => (
        <li key={code}>
          {textIn(message, i18n.language)}
          {until !== undefined && ` (${t('until', { at: instantText(until, place) })})`}
        </li>
      ))}
    </ul>
  )
}
