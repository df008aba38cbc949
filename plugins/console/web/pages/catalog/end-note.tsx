import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { instantText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { type Deprecation, endPhase } from './service.ts'

/** When a major ends, what takes its place, and when calls are refused for a while before. */
export function EndNote({ id, deprecation }: { id: string; deprecation: Deprecation }) {
  const { t } = useTranslation('catalog')
  const place = usePlace()
  const keep = usePlaceQuery()
  const { deprecatedAt, sunsetAt, successor, information, brownOuts } = deprecation
  const at = (iso: string) => instantText(iso, place)
  const query = new URLSearchParams(keep)
  query.set('major', String(successor))
  return (
    <Alert
      type={endPhase(deprecation, Date.now()) === 'gone' ? 'error' : 'warning'}
      showIcon
      title={t(`ends.${endPhase(deprecation, Date.now())}`, { at: at(deprecatedAt) })}
      description={
        <ul>
          {sunsetAt !== null && <li>{t('sunset', { at: at(sunsetAt) })}</li>}
          {successor !== null && (
            <li>
              <Link to={{ pathname: `/catalog/${encodeURIComponent(id)}`, search: `?${query}` }}>
                {t('successor', { major: successor })}
              </Link>
            </li>
          )}
          {information !== null && <li>{information}</li>}
          {brownOuts.slice(0, 5).map(({ from, to }) => (
            <li key={from}>{t('brownOut', { from: at(from), to: at(to) })}</li>
          ))}
        </ul>
      }
    />
  )
}
