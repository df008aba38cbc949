import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { agoText } from '../../parts/formats.ts'
import { Panel } from '../../parts/panel.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'

interface Node {
  readonly id: string
  readonly machine: string
  readonly seenAt: string
  readonly isLive: boolean
  readonly generation: number
}

/** The nodes of the host, and whether each routes by the newest generation. */
export function Health() {
  const { t } = useTranslation('home')
  const place = usePlace()
  const { data, error, isLoadingError } = useQuery({
    queryKey: ['/v1/nodes'],
    queryFn: ({ signal }) =>
      request<Listed<Node> & { generation: number }>('GET', '/v1/nodes', { signal }),
    refetchInterval: 5000,
  })
  return (
    <Panel title={t('health')}>
      {isLoadingError && <ProblemNote error={error} />}
      <ul className="plain-list">
        {data?.items.map(({ id, machine, seenAt, isLive, generation }) => (
          <li key={id}>
            <StatusTag tone={isLive ? 'good' : 'bad'} label={t(isLive ? 'alive' : 'away')} />
            <span>{machine}</span>
            <span>
              {generation >= data.generation
                ? t('upToDate', { generation })
                : t('behind', { generation, of: data.generation })}
            </span>
            <small>{agoText(seenAt, Date.now(), place)}</small>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
