import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { instantText, numberText, percentText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { type EvidencePoint, tracePoints } from './rollout.ts'

const WIDTH = 720
const HEIGHT = 180

/** Evidence against the version over time, to the line at which it is taken back; and the same as a table. */
export function EvidenceChart({
  points,
  threshold,
}: {
  points: readonly EvidencePoint[]
  threshold: number
}) {
  const { t } = useTranslation('rollouts')
  const place = usePlace()
  const traced = tracePoints(points, threshold)
  const last = points.at(-1)
  if (last === undefined) return <p>{t('noEvidence')}</p>
  // Steps: evidence stays what it was until the next call speaks.
  const line = traced
    .map(({ x, y }, index) => {
      const [left, top] = [(x * WIDTH).toFixed(1), ((1 - y) * HEIGHT).toFixed(1)]
      return index === 0 ? `M${left} ${top}` : `H${left}V${top}`
    })
    .join('')
  const weight = traced
    .map(({ x, point }, index) => {
      const [left, top] = [
        (x * WIDTH).toFixed(1),
        ((1 - point.weightBp / 10_000) * HEIGHT).toFixed(1),
      ]
      return index === 0 ? `M${left} ${top}` : `H${left}V${top}`
    })
    .join('')
  return (
    <figure className="evidence">
      <div className="chart-words">
        <span>{t('abortLine', { threshold: numberText(threshold, place) })}</span>
      </div>
      <svg
        viewBox={`-8 -2 ${WIDTH + 16} ${HEIGHT + 4}`}
        role="img"
        aria-label={t('chartLabel', {
          e: numberText(last.e, place),
          threshold: numberText(threshold, place),
        })}
      >
        <line className="evidence-limit" x1={0} x2={WIDTH} y1={0} y2={0} />
        <line className="evidence-floor" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        <path className="evidence-weight" d={weight} />
        <path className="evidence-line" d={line} />
      </svg>
      <div className="chart-words">
        <span>{instantText(points[0]?.at ?? last.at, place)}</span>
        <span>{instantText(last.at, place)}</span>
      </div>
      <figcaption>{t('chartCaption')}</figcaption>
      <details>
        <summary>{t('asTable')}</summary>
        <Table
          size="small"
          rowKey="at"
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          dataSource={points.toReversed()}
          columns={[
            { title: t('when'), dataIndex: 'at', render: (at: string) => <Instant at={at} /> },
            {
              title: t('weight'),
              dataIndex: 'weightBp',
              render: (bp: number) => percentText(bp / 10_000, place, 2),
            },
            { title: t('evidence'), dataIndex: 'e', render: (e: number) => numberText(e, place) },
            { title: t('callsOf', { arm: t('arms.stable') }), dataIndex: ['calls', 'stable'] },
            { title: t('callsOf', { arm: t('arms.canary') }), dataIndex: ['calls', 'canary'] },
          ]}
        />
      </details>
    </figure>
  )
}
