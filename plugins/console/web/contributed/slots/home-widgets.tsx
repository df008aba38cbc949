import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { textIn } from '../../texts/languages.ts'
import { FaultBoundary } from '../fault-boundary.tsx'
import { useContributed } from '../use-contributed.ts'
import { slotKey } from './offered-slots.ts'
import { useWidgets } from './use-slots.ts'

const WidgetCards = lazy(async () => ({
  default: (await import('./widget-cards.tsx')).WidgetCards,
}))

/** The cards that plugins put on the first page. What shows them is loaded where there are any, and takes nothing along. */
export function HomeWidgets() {
  const { shown, left, error } = useWidgets()
  const { pages } = useContributed()
  if (shown.length === 0) return error === null ? null : <ProblemNote error={error} />
  return (
    <Suspense fallback={<Waiting />}>
      <FaultBoundary>
        <WidgetCards widgets={shown} pages={pages} />
        {left.length > 0 && <Left left={left} />}
      </FaultBoundary>
    </Suspense>
  )
}

function Left({ left }: { left: ReturnType<typeof useWidgets>['left'] }) {
  const { t, i18n } = useTranslation('home')
  return (
    <details>
      <summary>{t('cardsLeft', { count: left.length })}</summary>
      <ul>
        {left.map((one) => (
          <li key={slotKey(one)}>
            {textIn(one.spec.title, i18n.language)} · {one.plugin}
          </li>
        ))}
      </ul>
    </details>
  )
}
