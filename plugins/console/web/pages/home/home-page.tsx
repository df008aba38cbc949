import { useTranslation } from 'react-i18next'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { Guide } from './guide.tsx'
import { Health } from './health.tsx'
import { LiveRollouts } from './live-rollouts.tsx'
import { NeedsYou } from './needs-you.tsx'
import { PracticeLink } from './practice-link.tsx'

/** What needs me, and how it goes. */
export function HomePage() {
  const { t } = useTranslation()
  const viewer = useViewer()
  const tenant = useTenant()
  const isOperator = viewer.kind === 'operator'
  return (
    <div className="stack">
      <PageHead title={t('pages.home')}>{isOperator && <PracticeLink />}</PageHead>
      <NeedsYou viewer={viewer} tenant={tenant} />
      {isOperator && (
        <>
          <LiveRollouts />
          <Health />
          <Guide tenant={tenant} />
        </>
      )}
    </div>
  )
}
