import { useViewerQuery } from '../api/viewer.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { Shell } from './shell.tsx'
import { ViewerContext } from './viewer-context.ts'

/** Asks who looks, first: without anybody there is nothing to show but the way in. */
export function Root() {
  const { data: viewer, error, isPending } = useViewerQuery()
  if (isPending) return <Waiting />
  if (error !== null) return <ProblemNote error={error} />
  if (viewer === null) {
    leaveForSignIn()
    return <Waiting />
  }
  return (
    <ViewerContext value={viewer}>
      <Shell viewer={viewer} />
    </ViewerContext>
  )
}

/** The host's own page, which leads back to where somebody wanted to go. */
function leaveForSignIn(): void {
  const next = location.pathname + location.search
  location.replace(`/sign-in#next=${encodeURIComponent(next)}`)
}
