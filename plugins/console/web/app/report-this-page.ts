import { reportPage } from '../api/page-report.ts'
import { readThisPage } from './this-page.ts'

let isShown = false

/** Tells the host once that this version of the console came up here. */
export function tellShown(): void {
  if (isShown) return
  isShown = true
  report({ outcome: 'shown' })
}

/** Tells the host that a page of this version threw. What draws nothing at all tells the script of index.html. */
export function tellThrown(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  report({ outcome: 'failed', code: 'PAGE_THREW', message })
}

type Outcome =
  | { readonly outcome: 'shown' }
  | { readonly outcome: 'failed'; readonly code: string; readonly message: string }

function report(outcome: Outcome): void {
  const { plugin, version, base } = readThisPage()
  // The development server of the page has no host behind it that could take it back.
  if (base === '') return
  reportPage({ plugin, version, ms: performance.now(), ...outcome })
}
