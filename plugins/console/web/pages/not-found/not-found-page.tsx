import { Result } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { PageHead } from '../../parts/page-head.tsx'

export function NotFoundPage() {
  const { t } = useTranslation()
  return (
    <>
      <PageHead title={t('notFound.title')} />
      <Result
        status="404"
        subTitle={t('notFound.text')}
        extra={<Link to="/">{t('pages.home')}</Link>}
      />
    </>
  )
}
