import { Glyph } from './glyph.tsx'

export type Tone = 'good' | 'warning' | 'bad' | 'neutral'

/** A state by icon and word: colour alone says nothing to many. */
export function StatusTag({ tone, label }: { tone: Tone; label: string }) {
  return (
    <span className="tag" data-tone={tone}>
      <Glyph name={tone} />
      {label}
    </span>
  )
}
