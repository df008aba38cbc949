import { Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../../parts/use-place.ts'
import { rowsAt } from '../bind.ts'
import { instant } from '../cells.ts'
import { drawingOf, type MapPoint, pointsOf } from '../map/map-frame.ts'
import type { MapSpec } from '../page-spec.ts'
import { ShapeSwitch } from '../shape-switch.tsx'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

/** More names than this would lie on each other. */
const MOST_LABELS = 24

/** Points and their order on a grid of degrees: a company's network has no server of map tiles. */
export function MapBlock({ block }: { block: MapSpec }) {
  const { t } = useTranslation('contributed')
  const place = usePlace()
  const source = useSource(block.source)
  const [shape, setShape] = useState<'map' | 'table'>('map')
  const rows = source.answers.flatMap((answer) => rowsAt(answer, block.rows))
  const points = pointsOf(block, rows, place)
  return (
    <SourceCard
      block={block}
      source={source}
      extra={<ShapeSwitch picture="map" shape={shape} onShape={setShape} />}
    >
      {() => {
        if (points.length === 0) return <p>{t('noPlaces', { count: rows.length })}</p>
        if (shape === 'table') return <Places points={points} />
        return (
          <>
            <MapDrawing points={points} isWay={block.at !== undefined && isOneWay(block)} />
            {source.isCut && <small>{t('onlyFirst', { count: rows.length })} </small>}
            {rows.length > points.length && (
              <small>{t('unplaced', { count: rows.length - points.length })}</small>
            )}
          </>
        )
      }}
    </SourceCard>
  )
}

/** Points of one thing are its way; where each has a name of its own thing, a line between them would say nothing. */
function isOneWay({ source }: MapSpec): boolean {
  return Object.keys(source.input ?? {}).some((name) => name !== 'limit' && name !== 'open')
}

function MapDrawing({ points, isWay }: { points: readonly MapPoint[]; isWay: boolean }) {
  const { t } = useTranslation('contributed')
  const { width, height, points: placed, parallels, meridians } = drawingOf(points)
  return (
    <svg
      className="map"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t('mapOf', { count: points.length })}
    >
      {parallels.map(({ y, text }) => (
        <g key={text}>
          <line className="grid" x1={0} x2={width} y1={y} y2={y} />
          <text x={4} y={y - 4}>
            {text}
          </text>
        </g>
      ))}
      {meridians.map(({ x, text }) => (
        <g key={text}>
          <line className="grid" x1={x} x2={x} y1={0} y2={height} />
          <text x={x + 4} y={height - 6}>
            {text}
          </text>
        </g>
      ))}
      {isWay && (
        <polyline className="way" points={placed.map(({ x, y }) => `${x},${y}`).join(' ')} />
      )}
      {placed.map(({ x, y, label }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a point is what stands at its place in the order
        <g key={index}>
          <circle
            className="point"
            cx={x}
            cy={y}
            r={6}
            data-last={isWay && index === placed.length - 1}
          >
            <title>{label}</title>
          </circle>
          {placed.length <= MOST_LABELS && (
            <text x={x} y={y - 11} textAnchor={anchorOf(x, width)}>
              {isWay ? `${index + 1} ${label}` : label}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}

/** A name at the edge stays within the picture. */
function anchorOf(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < width / 6) return 'start'
  return x > (width * 5) / 6 ? 'end' : 'middle'
}

function Places({ points }: { points: readonly MapPoint[] }) {
  const { t } = useTranslation('contributed')
  const place = usePlace()
  return (
    <Table
      size="small"
      pagination={points.length > 50 && { pageSize: 50, showSizeChanger: false }}
      dataSource={points.map((point, key) => ({ ...point, key }))}
      columns={[
        { title: t('place'), dataIndex: 'label' },
        { title: t('latitude'), dataIndex: 'latitude', align: 'right' },
        { title: t('longitude'), dataIndex: 'longitude', align: 'right' },
        {
          title: t('when'),
          dataIndex: 'at',
          render: (at: string | undefined) => (at === undefined ? '–' : instant(at, place)),
        },
      ]}
    />
  )
}
