import { Skeleton } from 'antd'
import { Missing } from './missing.tsx'
import { ProblemNote } from './problem-note.tsx'

/**
 * Stands for what has not come yet, or did not. Once it is there it stays, whatever becomes of a later look: that one is told
 * above all pages (app/stale-note.tsx).
 */
export function Awaited({
  error,
  title,
}: {
  error: Error | null
  /** Of a page that is of nothing else. */
  title?: string
}) {
  if (error === null) return <Skeleton active />
  return title === undefined ? <ProblemNote error={error} /> : <Missing {...{ title, error }} />
}
