import { Alert, Card, Progress, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { numberText, percentText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { Named } from '../../parts/named.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { AbortButton } from './abort-button.tsx'
import { EvidenceChart } from './evidence-chart.tsx'
import { KeptCallsLink } from './kept-calls-link.tsx'
import { RehearsalCard } from './rehearsal-card.tsx'
import {
  commandLines,
  evidenceShare,
  type ShownRollout,
  type Step,
  shareOf,
  stepKind,
  TONES,
} from './rollout.ts'
import { RolloutActions } from './rollout-actions.tsx'
import { useEvidence, useRollout } from './use-rollout.ts'

/** One rollout, live: what is shared, what speaks against it, and the way back. */
export function RolloutPage() {
  const { t } = useTranslation('rollouts')
  const { id = '' } = useParams()
  const { rollout, error, live } = useRollout(id)
  if (rollout === undefined) return <Awaited error={error} />
  return (
    <div className="stack">
      <PageHead title={`${rollout.plugin} ${rollout.from} → ${rollout.to}`}>
        <StatusTag tone={TONES[rollout.state]} label={t(`states.${rollout.state}`)} />
      </PageHead>
      <div className="sticky-actions">
        <AbortButton rollout={rollout} />
        <RolloutActions rollout={rollout} />
        {live === 'lost' && <Alert type="warning" showIcon role="status" title={t('lost')} />}
      </div>
      <RehearsalCard rollout={rollout} />
      <Now rollout={rollout} />
      <Evidence rollout={rollout} />
      <Transitions rollout={rollout} />
      <Card size="small" title={t('byCommand')}>
        <div className="stack">
          {commandLines(rollout).map((line) => (
            <CliLine key={line} command={line} />
          ))}
        </div>
      </Card>
    </div>
  )
}

/** The last sentence of the host, the steps, and who is given which version. */
function Now({ rollout }: { rollout: ShownRollout }) {
  const { t, i18n } = useTranslation('rollouts')
  const place = usePlace()
  const keep = usePlaceQuery()
  const { waiting, standstill, transitions, steps, step, state, acknowledged, calls, draining } =
    rollout
  const sentence = waiting ?? transitions.at(-1)?.reason
  const all = calls.stable + calls.canary
  const stepLabel = (one: Step) => {
    const kind = stepKind(one)
    return kind === 'weight'
      ? percentText((one.weightBp ?? 0) / 10_000, place, 2)
      : t(`stepKinds.${kind}`)
  }
  const isUnderWay = ['running', 'baking', 'paused'].includes(state)
  const arms = (['stable', 'canary'] as const).map((arm) => ({
    arm,
    version: arm === 'stable' ? rollout.from : rollout.to,
    calls: calls[arm],
    failures: rollout.events['failures']?.[arm] ?? 0,
  }))
  return (
    <Card title={t('now')} size="small">
      <div className="stack">
        <p aria-live="polite">
          {sentence === undefined ? t('unstarted') : textIn(sentence, i18n.language)}
        </p>
        {standstill !== null && standstill.en !== waiting?.en && (
          <Alert type="info" showIcon title={textIn(standstill, i18n.language)} />
        )}
        <ol className="steps-line" aria-label={t('steps')}>
          {steps.map((one, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name than their place, and never move
              key={index}
              data-past={isUnderWay && index < step}
              {...(isUnderWay && index === step ? { 'aria-current': 'step' as const } : {})}
            >
              {stepLabel(one)}
            </li>
          ))}
        </ol>
        <Progress
          aria-label={t('weight')}
          percent={shareOf(rollout) * 100}
          format={() => percentText(shareOf(rollout), place, 2)}
          status="normal"
        />
        <Table
          size="small"
          rowKey="arm"
          pagination={false}
          dataSource={arms}
          columns={[
            { title: t('version'), dataIndex: 'version' },
            {
              title: t('arm'),
              dataIndex: 'arm',
              render: (arm: 'stable' | 'canary', { version }) =>
                draining?.version === version
                  ? t('drains', { calls: draining.inFlight })
                  : t(`arms.${arm}`),
            },
            {
              title: t('calls'),
              dataIndex: 'calls',
              align: 'end',
              render: (count: number) => numberText(count, place),
            },
            {
              title: t('failures'),
              dataIndex: 'failures',
              align: 'end',
              render: (count: number) => numberText(count, place),
            },
            {
              title: t('share'),
              key: 'share',
              align: 'end',
              render: (_: unknown, one) => (all === 0 ? '–' : percentText(one.calls / all, place)),
            },
          ]}
        />
        <p>
          {t('cohortBy', {
            key: t(`cohorts.${rollout.cohortBy}`, { defaultValue: rollout.cohortBy }),
          })}{' '}
          {acknowledged !== null && acknowledged.of > 1 && t('nodes', acknowledged)}{' '}
          <Link to={{ pathname: `/plugins/${encodeURIComponent(rollout.plugin)}`, search: keep }}>
            {t('toPlugin')}
          </Link>{' '}
          <KeptCallsLink rollout={rollout} />
        </p>
      </div>
    </Card>
  )
}

function Evidence({ rollout }: { rollout: ShownRollout }) {
  const { t, i18n } = useTranslation('rollouts')
  const place = usePlace()
  const { data: known, error } = useEvidence(rollout)
  const { e, threshold, sentence } = rollout.evidence
  return (
    <Card title={t('evidenceAgainst')} size="small">
      <div className="stack">
        <p>{textIn(sentence, i18n.language)}</p>
        <Progress
          aria-label={t('evidenceAgainst')}
          percent={evidenceShare(e, threshold) * 100}
          status={e >= threshold ? 'exception' : 'normal'}
          format={() =>
            `${numberText(Number(e.toPrecision(2)), place)} / ${numberText(threshold, place)}`
          }
        />
        {known === undefined ? (
          <Awaited error={error} />
        ) : (
          <EvidenceChart points={known.points} threshold={threshold} />
        )}
        {rollout.shadow !== null && <p>{textIn(rollout.shadow.sentence, i18n.language)}</p>}
      </div>
    </Card>
  )
}

function Transitions({ rollout }: { rollout: ShownRollout }) {
  const { t, i18n } = useTranslation('rollouts')
  const place = usePlace()
  return (
    <Card title={t('transitions')} size="small">
      <Table
        size="small"
        rowKey="id"
        scroll={{ x: 'max-content' }}
        pagination={{ pageSize: 20, hideOnSinglePage: true }}
        dataSource={rollout.transitions.toReversed()}
        columns={[
          { title: t('when'), dataIndex: 'at', render: (at: string) => <Instant at={at} /> },
          {
            title: t('what'),
            dataIndex: 'command',
            render: (command: string) =>
              t(`moves.${command}` as 'moves.start', { defaultValue: command }),
          },
          {
            title: t('weight'),
            dataIndex: 'weightBp',
            align: 'end',
            render: (bp: number) => percentText(bp / 10_000, place, 2),
          },
          {
            title: t('who'),
            dataIndex: 'actor',
            render: (actor: string) => <Named text={actor} />,
          },
          {
            title: t('why'),
            dataIndex: 'reason',
            render: (reason: ShownRollout['evidence']['sentence']) => textIn(reason, i18n.language),
          },
        ]}
      />
    </Card>
  )
}
