import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useList } from '../../api/list.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Figures } from '../../parts/figures.tsx'
import { Instant } from '../../parts/instant.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { Named } from '../../parts/named.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { type AuditEntry, auditQuery, filtersIn, withFilters } from './audit.ts'
import { AuditSearch } from './audit-search.tsx'

/** Entries by the filters of the address, the newest first. */
export function AuditEntries({ tenant }: { tenant: string | undefined }) {
  const { t } = useTranslation('audit')
  const [query, setQuery] = useSearchParams()
  const filters = useMemo(() => filtersIn(query), [query])
  const list = useList<AuditEntry>('/v1/audit', auditQuery(tenant, filters))
  return (
    <div className="stack">
      <AuditSearch
        filters={filters}
        onSearch={(next) => setQuery((before) => withFilters(before, next))}
      />
      <ListTable<AuditEntry>
        list={list}
        caption={t('entries')}
        rowKey="id"
        empty={<EmptyState text={t('empty')} command={cliText(['audit', 'list'], { tenant })} />}
        expandable={{ expandedRowRender: (entry) => <Entry entry={entry} /> }}
        columns={[
          {
            title: t('at'),
            dataIndex: 'at',
            render: (at: string) => <Instant at={at} />,
          },
          {
            title: t('actor'),
            dataIndex: 'actor',
            render: (actor: string) => <Named text={actor} />,
          },
          {
            title: t('action'),
            dataIndex: 'action',
            render: (word: string) => <code>{word}</code>,
          },
          { title: t('subject'), dataIndex: 'subject' },
          {
            title: t('outcome'),
            dataIndex: 'outcome',
            render: (outcome: string) => (
              <StatusTag
                tone={outcome === 'done' ? 'good' : 'bad'}
                label={outcome === 'done' ? t('done') : outcome}
              />
            ),
          },
          ...(tenant === undefined
            ? [
                {
                  title: t('tenant'),
                  dataIndex: 'tenant',
                  render: (of: string | null) => of ?? '–',
                },
              ]
            : []),
        ]}
      />
      <CliLine command={cliText(['audit', 'list'], { tenant, ...filters })} />
    </div>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation('audit')
  const { id, actor, traceId, generation, detail } = entry
  return (
    <div className="stack">
      <Figures
        items={[
          [t('number'), id],
          // As the list is narrowed by it, and as a record of the chain has it.
          [t('actor'), <code key="actor">{actor}</code>],
          [t('trace'), <code key="trace">{traceId ?? '–'}</code>],
          [t('generation'), generation ?? '–'],
        ]}
      />
      <JsonView value={detail} label={t('detail')} />
    </div>
  )
}
