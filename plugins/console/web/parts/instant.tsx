import { instantText, zoneText } from './formats.ts'
import { usePlace } from './use-place.ts'

/** An instant by the clocks of the viewer's zone; which one that is, is said to who points at it. */
export function Instant({ at }: { at: string }) {
  const place = usePlace()
  return (
    <time dateTime={at} title={zoneText(at, place)}>
      {instantText(at, place)}
    </time>
  )
}
