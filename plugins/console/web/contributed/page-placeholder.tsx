import { Button, Result } from 'antd'
import { useTranslation } from 'react-i18next'
import type { OfferedPage } from './page-spec.ts'

interface Props {
  readonly page: OfferedPage
  readonly code: string
  readonly message?: string
  readonly onRetry: () => void
}

/** What stands where a plugin's own page could not: whose it is, what happened, and the way to try again. */
export function PagePlaceholder({ page, code, message, onRetry }: Props) {
  const { t } = useTranslation('contributed')
  return (
    <Result
      status="warning"
      title={t('placeholder.title')}
      subTitle={
        <span role="alert">
          {t('placeholder.text', { plugin: page.plugin, version: page.version })}
          <br />
          <code>{code}</code>
          {message !== undefined && ` · ${message}`}
        </span>
      }
      extra={
        <Button type="primary" onClick={onRetry}>
          {t('retry')}
        </Button>
      }
    />
  )
}
