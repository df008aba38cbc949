import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { StatusTag } from '../../parts/status-tag.tsx'
import { type Advisory, isWebAddress, severityTone } from './package.ts'

/** Weaknesses that are known of a version. */
export function AdvisoryList({ advisories }: { advisories: readonly Advisory[] }) {
  const { t } = useTranslation('marketplace')
  if (advisories.length === 0) return null
  return (
    <Alert
      type="error"
      showIcon
      title={t('advisoryCount', { count: advisories.length })}
      description={
        <ul className="plain-list">
          {advisories.map(({ id, title, severity, vulnerableVersions, url }) => (
            <li key={id}>
              <StatusTag tone={severityTone(severity)} label={severity} />
              <span>{title}</span>
              <code>{vulnerableVersions}</code>
              {url !== null && isWebAddress(url) ? (
                <a href={url} rel="noopener noreferrer nofollow" target="_blank">
                  {id}
                </a>
              ) : (
                <code>{id}</code>
              )}
            </li>
          ))}
        </ul>
      }
    />
  )
}
