import { useQueries } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { problemOf } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import type { Viewer } from '../../api/viewer.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Glyph } from '../../parts/glyph.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { Waiting as OnItsWay } from '../../parts/waiting.tsx'
import { type Waiting, type WaitingKind, waitingIn, waitsFor } from './waiting.ts'

/** Looked at again so often: what waits for a person is no emergency. */
const EVERY_MS = 15_000

/** What waits for the viewer's word, the kinds in a fixed order. */
export function NeedsYou({ viewer, tenant }: { viewer: Viewer; tenant: string | undefined }) {
  const { t } = useTranslation('home')
  const keep = usePlaceQuery()
  const kinds = waitsFor(viewer, tenant)
  const asked = useQueries({
    queries: kinds.map(({ path, query }) => ({
      queryKey: [path, query],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        request<Listed<Readonly<Record<string, unknown>>>>('GET', path, { query, signal }),
      refetchInterval: EVERY_MS,
    })),
  })
  const found = kinds.flatMap(({ kind }, index) => waitingIn(kind, asked[index]?.data?.items ?? []))
  // Who may not ask for one kind is shown the others; what is not known otherwise is said.
  const failed = asked.find(
    ({ isLoadingError, error }) => isLoadingError && problemOf(error).status !== 403,
  )
  return (
    <Panel title={t('needsYou')}>
      {failed !== undefined && <ProblemNote error={failed.error} />}
      {asked.some(({ isPending }) => isPending) ? (
        <OnItsWay />
      ) : found.length === 0 ? (
        failed === undefined && <EmptyState text={t('nothingWaits')} />
      ) : (
        <ul className="plain-list">
          {found.map((one) => (
            <WaitingLine key={`${one.kind} ${one.id}`} waiting={one} search={keep} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function WaitingLine({ waiting, search }: { waiting: Waiting; search: string }) {
  const { t } = useTranslation('home')
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(waiting.query ?? {})) query.set(name, value)
  return (
    <li>
      <Glyph name="bell" />
      <span>{t(`waiting.${waiting.kind satisfies WaitingKind}`)}</span>
      <Link to={{ pathname: waiting.place, search: `?${query}` }}>{waiting.label}</Link>
    </li>
  )
}
