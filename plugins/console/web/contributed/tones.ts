import type { ValueLabel } from './page-spec.ts'

type Tone = NonNullable<ValueLabel['tone']>

/** Words that plugins use for how something stands. */
const KNOWN: ReadonlyMap<string, Tone> = new Map([
  ['good', 'good'],
  ['met', 'good'],
  ['ok', 'good'],
  ['pass', 'good'],
  ['warning', 'warning'],
  ['due', 'warning'],
  ['warn', 'warning'],
  ['bad', 'bad'],
  ['missed', 'bad'],
  ['fail', 'bad'],
  ['failed', 'bad'],
])

/** How a moment of a timeline looks. Pure. */
export function toneOf(value: unknown): Tone {
  return KNOWN.get(String(value)) ?? 'neutral'
}
