import { createContext, use } from 'react'
import { useSearchParams } from 'react-router'
import type { Viewer } from '../api/viewer.ts'

export const ViewerContext = createContext<Viewer | null>(null)

/** Who looks, below the shell. */
export function useViewer(): Viewer {
  const viewer = use(ViewerContext)
  if (viewer === null) throw new Error('outside of the shell nobody is known')
  return viewer
}

/**
 * The tenant whose things are shown: a user's own; the operator's choice stands in the address.
 * @returns undefined where the operator has chosen none
 */
export function useTenant(): string | undefined {
  const viewer = useViewer()
  const [query] = useSearchParams()
  return viewer.kind === 'user' ? viewer.tenant : (query.get('tenant') ?? undefined)
}
