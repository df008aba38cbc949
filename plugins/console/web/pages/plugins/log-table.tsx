import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { instantText } from '../../parts/formats.ts'
import { JsonView } from '../../parts/json-view.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { gapReason, isLong, kindOf, LEVEL_TONES, type LogLine } from './logs.ts'
import './logs.css'

/** Lines of a plugin: what a stranger wrote, as text and nothing else. */
export function LogTable({
  list,
  empty,
}: {
  list: ReturnType<typeof useList<LogLine>>
  empty: ReactNode
}) {
  const { t } = useTranslation('logs')
  const place = usePlace()
  return (
    <ListTable<LogLine>
      list={list}
      caption={t('caption')}
      rowKey="sequence"
      empty={empty}
      expandable={{
        rowExpandable: ({ missed }) => missed === null,
        expandedRowRender: (line) => <LineDetails line={line} />,
      }}
      columns={[
        {
          title: t('at'),
          dataIndex: 'at',
          render: (at: string) => <time dateTime={at}>{instantText(at, place)}</time>,
        },
        {
          title: t('level'),
          key: 'level',
          render: (_: unknown, { level, missed }) =>
            missed === null ? (
              <StatusTag tone={LEVEL_TONES[level]} label={level} />
            ) : (
              <StatusTag tone="warning" label={t('gap')} />
            ),
        },
        {
          title: t('message'),
          key: 'message',
          render: (_: unknown, line) => <Message line={line} />,
        },
        { title: t('from'), key: 'from', render: (_: unknown, { name }) => name ?? '–' },
        {
          title: t('version'),
          key: 'version',
          render: (_: unknown, { version, arm }) =>
            `${version ?? '–'}${arm === 'canary' ? ` · ${t('canary')}` : ''}`,
        },
      ]}
    />
  )
}

function Message({ line }: { line: LogLine }) {
  const { t } = useTranslation('logs')
  const { missed, message } = line
  if (missed === null) return <bdi className="log-message">{plainText(message)}</bdi>
  const reason = gapReason(line)
  const why = reason === undefined ? message : t(`gaps.${reason}`)
  return <em>{t('missed', { count: missed, why })}</em>
}

function LineDetails({ line }: { line: LogLine }) {
  const { t } = useTranslation('logs')
  const keep = usePlaceQuery()
  const { sequence, message, fields, cut, traceId, invocation } = line
  const kind = kindOf(line)
  return (
    <div className="stack">
      {isLong(message) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than the box is scrolled by the keyboard, too
        <section className="log-whole" aria-label={t('whole', { line: sequence })} tabIndex={0}>
          <bdi>{plainText(message)}</bdi>
        </section>
      )}
      {fields !== null && <JsonView value={fields} label={t('fields', { line: sequence })} />}
      {cut > 0 && <span>{t('cut', { count: cut })}</span>}
      <span>
        {kind !== undefined && `${t(`kinds.${kind}`)} · `}
        {t('trace')}{' '}
        {invocation === null ? (
          <code>{traceId}</code>
        ) : (
          <Link to={{ pathname: `/invocations/${invocation}`, search: keep }}>
            <code>{traceId}</code> ({t('keptCall')})
          </Link>
        )}
      </span>
    </div>
  )
}
