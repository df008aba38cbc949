import { plainText } from './plain-text.ts'
import './json-view.css'

/** A value as it is, to be read: a text of its own, never a part of the page. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is longer than the box is scrolled by the keyboard, too
    <section className="json-view code-block" aria-label={label} tabIndex={0}>
      <pre>{value === undefined ? '–' : plainText(JSON.stringify(value, null, 2))}</pre>
    </section>
  )
}
