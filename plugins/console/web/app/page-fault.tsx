import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useRouteError } from 'react-router'
import { ProblemNote } from '../parts/problem-note.tsx'
import { tellThrown } from './report-this-page.ts'

/** A page that threw: the rest of the console goes on. */
export function PageFault() {
  const error = useRouteError()
  const { t } = useTranslation()
  useEffect(() => tellThrown(error), [error])
  return (
    <div className="stack">
      <ProblemNote error={error} />
      <button type="button" className="plain-button" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </div>
  )
}
