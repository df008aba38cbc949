import { Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { zoneText } from './formats.ts'
import { usePlace } from './use-place.ts'
import { browserZone, instantOfWall, wallClock } from './wall-clock.ts'

/**
 * A date and a time by the clocks of the viewer's zone, which stands beside it. Its value is the instant, as the host takes it;
 * a time that the clocks leave out is shown as the one that it is taken for once the field is left.
 */
export function InstantInput({
  value = '',
  onChange,
  ...given
}: {
  readonly id?: string
  readonly value?: string
  readonly onChange?: (value: string) => void
  readonly step?: number
}) {
  const { t } = useTranslation()
  const place = usePlace()
  const zone = place.timeZone ?? browserZone()
  const [typed, setTyped] = useState<string>()
  const shown = typed ?? shownOf(value, zone, given.step)
  return (
    <Input
      {...given}
      type="datetime-local"
      value={shown}
      title={t('timesIn', {
        zone: zoneText(value === '' ? new Date().toISOString() : value, place),
      })}
      suffix={<small className="quiet">{zone}</small>}
      onChange={({ target }) => {
        setTyped(target.value)
        onChange?.(instantOfWall(target.value, zone) ?? '')
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}

/** Fields without seconds are shown none. */
function shownOf(value: string, zone: string, step: number | undefined): string {
  return (wallClock(value, zone) ?? '').slice(0, step === undefined ? 16 : 19)
}
