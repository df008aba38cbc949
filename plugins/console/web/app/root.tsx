import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { onSessionEnd } from '../api/request.ts'
import { isOfViewer, useViewerQuery } from '../api/viewer.ts'
import { ProblemNote } from '../parts/problem-note.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { Shell } from './shell.tsx'
import { ViewerContext } from './viewer-context.ts'

/** Asks who looks, first: without anybody there is nothing to show but the way in. */
export function Root() {
  const { data: viewer, error } = useViewerQuery()
  useSessionEnd()
  if (viewer === undefined) return error === null ? <Waiting /> : <ProblemNote error={error} />
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

/** A session that ended elsewhere, or by its age, leads to the way in with the next thing that is asked. */
function useSessionEnd(): void {
  const queries = useQueryClient()
  useEffect(() => {
    onSessionEnd(() => void queries.invalidateQueries({ predicate: isOfViewer }))
  }, [queries])
}

/** The host's own page, which leads back to where somebody wanted to go. */
function leaveForSignIn(): void {
  const next = location.pathname + location.search
  location.replace(`/sign-in#next=${encodeURIComponent(next)}`)
}
