import { Card, Progress, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { useViewer } from '../../app/viewer-context.ts'
import { agoText, instantText, numberText, percentText } from '../../parts/formats.ts'
import { useNamed } from '../../parts/named.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { evidenceShare, shareOf } from '../rollouts/rollout.ts'
import { type AskedRollout, armsOf, waitsSince } from './approval.ts'
import { ApproveForm } from './approve-form.tsx'

/** What is known of one rollout that waits, and the word that it waits for. */
export function ApprovalCard({ rollout }: { rollout: AskedRollout }) {
  const { t } = useTranslation('approvals')
  const viewer = useViewer()
  const place = usePlace()
  const { plugin, from, to, startedBy } = rollout
  const starter = useNamed(startedBy ?? '–')
  const since = waitsSince(rollout)
  const name = `${plugin} ${from} → ${to}`
  return (
    <Card
      size="small"
      role="region"
      aria-label={name}
      title={<h2 className="card-name">{name}</h2>}
    >
      <div className="stack">
        <p>
          {t('started', { who: starter })}{' '}
          {since !== undefined && (
            <span title={instantText(since, place)}>
              {t('waitsSince', { ago: agoText(since, Date.now(), place) })}
            </span>
          )}{' '}
          {t('weight', { weight: percentText(shareOf(rollout), place, 2) })}
        </p>
        <Evidence rollout={rollout} />
        <ApproveForm rollout={rollout} viewer={viewer} />
      </div>
    </Card>
  )
}

function Evidence({ rollout }: { rollout: AskedRollout }) {
  const { t, i18n } = useTranslation('approvals')
  const place = usePlace()
  const { evidence, shadow, waiting } = rollout
  const { e, threshold } = evidence
  const count = (value: number) => numberText(value, place)
  return (
    <>
      {waiting !== null && <p>{textIn(waiting, i18n.language)}</p>}
      <p>{textIn(evidence.sentence, i18n.language)}</p>
      <div>
        <span>{t('evidenceAgainst')}</span>
        <Progress
          aria-label={t('evidenceAgainst')}
          percent={evidenceShare(e, threshold) * 100}
          status={e >= threshold ? 'exception' : 'normal'}
          format={() => `${count(Number(e.toPrecision(2)))} / ${count(threshold)}`}
        />
      </div>
      {shadow !== null && <p>{textIn(shadow.sentence, i18n.language)}</p>}
      <Table
        size="small"
        caption={t('calls')}
        rowKey="arm"
        pagination={false}
        dataSource={[...armsOf(rollout)]}
        columns={[
          {
            title: t('version'),
            dataIndex: 'version',
            render: (version: string, { arm }) => `${version} · ${t(`arms.${arm}`)}`,
          },
          { title: t('calls'), dataIndex: 'calls', align: 'end', render: count },
          { title: t('failures'), dataIndex: 'failures', align: 'end', render: count },
        ]}
      />
    </>
  )
}
