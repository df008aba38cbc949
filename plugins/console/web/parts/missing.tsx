import { PageHead } from './page-head.tsx'
import { ProblemNote } from './problem-note.tsx'

/** What a page is of is not there, or not for the viewer: the page still has its name. */
export function Missing({ title, error }: { title: string; error: unknown }) {
  return (
    <>
      <PageHead title={title} />
      <ProblemNote error={error} />
    </>
  )
}
