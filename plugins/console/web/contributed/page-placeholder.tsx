import { Alert, Button, Result } from 'antd'
import { useTranslation } from 'react-i18next'
import { useContributedPlace } from './contributed-context.ts'
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
  const { isCard = false } = useContributedPlace()
  const what = (
    <>
      <code>{code}</code>
      {message !== undefined && ` · ${message}`}
    </>
  )
  // A card says below it whose it is.
  if (isCard) {
    const again = (
      <Button size="small" onClick={onRetry}>
        {t('retry')}
      </Button>
    )
    return <Alert type="warning" showIcon role="alert" title={what} action={again} />
  }
  return (
    <Result
      status="warning"
      title={t('placeholder.title')}
      subTitle={
        <span role="alert">
          {t('placeholder.text', { plugin: page.plugin, version: page.version })}
          <br />
          {what}
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
