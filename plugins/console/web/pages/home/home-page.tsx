import { useTranslation } from 'react-i18next'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { HomeWidgets } from '../../contributed/slots/home-widgets.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { BeginHere } from './begin-here.tsx'
import { Guide } from './guide.tsx'
import { Health } from './health.tsx'
import { LiveRollouts } from './live-rollouts.tsx'
import { NeedsYou } from './needs-you.tsx'

/** What needs me, and how it goes. */
export function HomePage() {
  const { t } = useTranslation()
  const viewer = useViewer()
  const tenant = useTenant()
  const isOperator = viewer.kind === 'operator'
  return (
    <div className="stack">
      <PageHead title={t('pages.home')}>{isOperator && <BeginHere />}</PageHead>
      <NeedsYou viewer={viewer} tenant={tenant} />
      {isOperator ? (
        <>
          <LiveRollouts />
          <Health />
          <Guide tenant={tenant} />
        </>
      ) : (
        // Cards show a company's own data, which nobody but its people is let see.
        <HomeWidgets />
      )}
    </div>
  )
}
