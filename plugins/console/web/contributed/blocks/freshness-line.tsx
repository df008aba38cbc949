import { WarningOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { instantText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { instant } from '../cells.ts'
import { freshnessOf } from '../freshness.ts'
import type { SourceState } from '../use-source.ts'

/** Of when, by which service in which version, and what of it is old or missing. */
export function FreshnessLine({ source, service }: { source: SourceState; service: string }) {
  const { t } = useTranslation('contributed')
  const place = usePlace()
  if (source.answers.length === 0 || source.isBefore) return null
  const { asOf, lacking, isDegraded } = freshnessOf(source.answer)
  const at =
    asOf === undefined
      ? instantText(new Date(source.at).toISOString(), place)
      : instant(asOf, place)
  return (
    <span className="block-meta">
      <span>{t('asOf', { at })}</span>
      <span>
        {service}
        {source.version !== undefined && ` · ${source.version}`}
      </span>
      {isDegraded && (
        <strong>
          <WarningOutlined aria-hidden /> {t('degraded')}
        </strong>
      )}
      {lacking.map(({ part, state, asOf: old }) => (
        <strong key={part}>
          <WarningOutlined aria-hidden />{' '}
          {t(state === 'unavailable' ? 'partMissing' : 'partOld', {
            part,
            at: old === undefined ? '–' : instant(old, place),
          })}
        </strong>
      ))}
    </span>
  )
}
