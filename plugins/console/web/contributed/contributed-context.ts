import { createContext, use } from 'react'
import type { OfferedPage } from './page-spec.ts'
import { NO_WORDS, type Words } from './words.ts'

/** What the blocks of one page share. */
export interface ContributedPlace {
  readonly page: OfferedPage
  readonly pages: readonly OfferedPage[]
  readonly params: ReadonlyMap<string, string>
  readonly words: Words
  /** On the first page, whose address is not the plugin's: nobody can be asked for a parameter. */
  readonly isCard?: boolean
}

export const ContributedContext = createContext<ContributedPlace | null>(null)

export function useContributedPlace(): ContributedPlace {
  const place = use(ContributedContext)
  if (place === null) throw new Error('a block stands on a page')
  return place
}

/** What fields are called where a form stands; one of the console's own has the words of its schema alone. */
export function useWords(): Words {
  return use(ContributedContext)?.words ?? NO_WORDS
}
