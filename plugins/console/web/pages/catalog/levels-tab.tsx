import { Alert, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { instantText, numberText } from '../../parts/formats.ts'
import { oneOf } from '../../parts/one-of.ts'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import type { LevelName, LevelWindow, MeasuredLevels, ServiceMajor } from './service.ts'

/** What is promised, beside what was measured. */
export function LevelsTab({ service }: { service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const place = usePlace()
  const { availability, p95Ms } = service.serviceLevels ?? {}
  const { windows, versions, breaches } = service.measuredLevels
  const rows = [
    {
      level: 'availability' as const,
      promised: availability === undefined ? undefined : `${numberText(availability, place, 4)} %`,
    },
    {
      level: 'latency' as const,
      promised: p95Ms === undefined ? undefined : `${numberText(p95Ms, place)} ms`,
    },
  ]
  return (
    <div className="stack">
      <p className="quiet">{t('levelsOf')}</p>
      {breaches.map(({ level, window, since }) => (
        <Alert
          key={`${level} ${window}`}
          type="error"
          showIcon
          title={t('breach', {
            level: isLevel(level) ? t(`levels.${level}`) : level,
            window: isWindow(window) ? t(`windows.${window}`) : window,
            since: instantText(since, place),
          })}
        />
      ))}
      <Table
        size="small"
        caption={t('tabs.levels')}
        rowKey="level"
        dataSource={rows}
        pagination={false}
        scroll={{ x: 'max-content' }}
        columns={[
          {
            title: t('level'),
            dataIndex: 'level',
            render: (level: LevelName) => t(`levels.${level}`),
          },
          {
            title: t('promised'),
            dataIndex: 'promised',
            render: (promised?: string) => promised ?? t('nothingPromised'),
          },
          ...windows.map((window) => ({
            title: isWindow(window.window) ? t(`windows.${window.window}`) : window.window,
            key: window.window,
            render: (_: unknown, { level }: { level: LevelName }) => (
              <Measured window={window} level={level} />
            ),
          })),
        ]}
      />
      <OfVersions versions={versions} />
    </div>
  )
}

const STATUSES = ['kept', 'broken', 'unknown'] as const
const TONES = { kept: 'good', broken: 'bad', unknown: 'neutral' } as const satisfies Record<
  (typeof STATUSES)[number],
  Tone
>

function Measured({ window, level }: { window: LevelWindow; level: LevelName }) {
  const { t } = useTranslation('catalog')
  const figure = useFigures()
  if (window.calls === 0) return '–'
  const status = oneOf(STATUSES, window.status[level])
  return (
    <>
      {level === 'availability' ? figure.percent(window.availability) : figure.time(window)}
      <div className="quiet">{t('calls', { count: window.calls })}</div>
      {status !== undefined && (
        <StatusTag tone={TONES[status]} label={t(`levelStatus.${status}`)} />
      )}
    </>
  )
}

function OfVersions({ versions }: { versions: MeasuredLevels['versions'] }) {
  const { t } = useTranslation('catalog')
  const figure = useFigures()
  if (versions.length === 0) return null
  return (
    <Table
      size="small"
      caption={t('byVersion')}
      rowKey="version"
      dataSource={[...versions]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        { title: t('callCount'), dataIndex: 'calls', align: 'end', render: figure.number },
        { title: t('failed'), dataIndex: 'failed', align: 'end', render: figure.number },
        {
          title: t('levels.availability'),
          dataIndex: 'availability',
          align: 'end',
          render: figure.percent,
        },
        {
          title: t('levels.latency'),
          key: 'time',
          align: 'end',
          render: (_: unknown, row) => figure.time(row),
        },
      ]}
    />
  )
}

function useFigures() {
  const { t } = useTranslation('catalog')
  const place = usePlace()
  const number = (value: number) => numberText(value, place)
  const percent = (value: number | null) =>
    value === null ? '–' : `${numberText(value, place, 3)} %`
  const time = ({ p95Ms, inTime }: { p95Ms: number | null; inTime: number | null }) => {
    if (p95Ms === null) return '–'
    const about = `≈ ${number(p95Ms)} ms`
    return inTime === null ? about : `${about} (${t('inTime', { share: percent(inTime) })})`
  }
  return { number, percent, time }
}

function isLevel(level: string): level is LevelName {
  return level === 'availability' || level === 'latency'
}

const WINDOWS = ['1h', '24h', '30d'] as const

function isWindow(window: string): window is (typeof WINDOWS)[number] {
  return WINDOWS.some((one) => one === window)
}
