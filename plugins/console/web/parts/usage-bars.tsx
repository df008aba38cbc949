import { useTranslation } from 'react-i18next'
import { dayText } from './formats.ts'
import type { Bucket, Grain } from './usage-buckets.ts'
import { usePlace } from './use-place.ts'

const WIDTH = 720
const HEIGHT = 160

/** How much was used over time; a table beside it says the same to who cannot see it. */
export function UsageBars({
  buckets,
  grain,
  name,
  text,
}: {
  buckets: readonly Bucket[]
  grain: Grain
  name: string
  text: (value: number) => string
}) {
  const { t } = useTranslation('services')
  const place = usePlace()
  const most = Math.max(1, ...buckets.map(({ value }) => value))
  const total = buckets.reduce((sum, { value }) => sum + value, 0)
  const wide = WIDTH / Math.max(1, buckets.length)
  const keyText = (key = '') =>
    grain === 'day' ? dayText(key, place) : `${dayText(key, place)} ${key.slice(11, 16)}`
  return (
    <figure className="usage-bars">
      <div className="chart-words">
        <span>{text(most)}</span>
      </div>
      <svg
        viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
        role="img"
        aria-label={t('barsOf', { name, total: text(total), most: text(most) })}
      >
        <line className="usage-grid" x1={0} x2={WIDTH} y1={0} y2={0} />
        <line className="usage-grid" x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
        <line className="usage-floor" x1={0} x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
        {buckets.map(({ key, value }, index) => (
          <rect
            key={key}
            className="usage-bar"
            x={index * wide + wide * 0.1}
            width={wide * 0.8}
            y={HEIGHT - (value / most) * HEIGHT}
            height={(value / most) * HEIGHT}
          >
            <title>{`${keyText(key)}: ${text(value)}`}</title>
          </rect>
        ))}
      </svg>
      <div className="chart-words">
        <span>{keyText(buckets[0]?.key)}</span>
        <span>{keyText(buckets.at(-1)?.key)}</span>
      </div>
    </figure>
  )
}
