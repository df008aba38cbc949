import { Button, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { someText } from './package.ts'
import {
  allowedText,
  inOrderOfReach,
  type PermissionChange,
  type Reach,
  reachOf,
} from './permission-change.ts'

const TONES = {
  added: 'warning',
  widened: 'warning',
  narrowed: 'good',
  removed: 'good',
  same: 'neutral',
} as const satisfies Record<Reach, Tone>

/** What a version may do beside what was allowed before, the loud things first, each with its author's reason. */
export function PermissionTable({
  changes,
  caption,
}: {
  changes: readonly PermissionChange[]
  caption: string
}) {
  const { t, i18n } = useTranslation('marketplace')
  const [isWhole, setWhole] = useState(false)
  const all = inOrderOfReach(changes).map((change, key) => ({ ...change, key }))
  const moved = all.filter((one) => one.change !== 'same')
  const rows = isWhole ? all : moved
  const kept = all.length - moved.length
  return (
    <div className="stack">
      <Table
        size="small"
        caption={caption}
        dataSource={rows}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t(kept > 0 ? 'noneMoved' : 'noPowers') }}
        columns={[
          {
            title: t('change'),
            key: 'change',
            render: (_: unknown, row) => (
              <StatusTag tone={TONES[reachOf(row)]} label={t(`reach.${reachOf(row)}`)} />
            ),
          },
          {
            title: t('power'),
            key: 'power',
            render: (_: unknown, row) => <Power change={row} />,
          },
          {
            title: t('why'),
            dataIndex: 'why',
            className: 'wide-text',
            render: (why: PermissionChange['why']) => someText(why, i18n.language) || '–',
          },
        ]}
      />
      {kept > 0 && (
        <div>
          <Button size="small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {t(isWhole ? 'hideKept' : 'showKept', { count: kept })}
          </Button>
        </div>
      )}
    </div>
  )
}

function Power({ change }: { change: PermissionChange }) {
  const { t } = useTranslation('marketplace')
  const [before, after] = [allowedText(change.before), allowedText(change.after)]
  const isMoved = change.before !== null && change.after !== null && before !== after
  return (
    <>
      <code>{change.name}</code> {change.optional && <small>({t('optional')})</small>}
      <div className="wide-text">
        {isMoved ? (
          <>
            <del>{before}</del> → <ins>{after}</ins>
          </>
        ) : (
          after || before
        )}
      </div>
    </>
  )
}
