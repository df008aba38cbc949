import { type Prefixes, readContext, splitName } from './context.ts'

export type EpcisEvent = Readonly<Record<string, unknown>>

/** Events of a document with what holds for all of them. */
export interface DocumentParts {
  readonly events: readonly EpcisEvent[]
  readonly prefixes: Prefixes
  /** Fields that the sender's repository keeps out of the hash. */
  readonly ignored: ReadonlySet<string>
}

/** Where repositories name fields of their own that a hash must not depend on. */
const repositoryNames = 'https://repository-x.example.com/'

/**
 * Takes a document, a query document or a single event apart.
 * @throws Refusal CONTEXT_REMOTE, CONTEXT_INVALID
 */
export function documentParts(document: EpcisEvent): DocumentParts {
  const prefixes = readContext(document['@context'])
  const { list, holder } = eventsOf(document)
  return { events: list, prefixes, ignored: ignoredFields([document, holder], prefixes) }
}

function eventsOf(document: EpcisEvent): {
  readonly list: readonly EpcisEvent[]
  readonly holder: EpcisEvent
} {
  const body = document['epcisBody'] as EpcisEvent | undefined
  if (body === undefined) return { list: [document], holder: {} }
  const results = body['queryResults'] as EpcisEvent | undefined
  const holder = (results?.['resultsBody'] ?? body) as EpcisEvent
  const list = holder['eventList'] ?? (holder['event'] === undefined ? [] : [holder['event']])
  return { list: list as readonly EpcisEvent[], holder }
}

function ignoredFields(holders: readonly EpcisEvent[], prefixes: Prefixes): ReadonlySet<string> {
  const names = holders.flatMap((holder) =>
    Object.entries(holder).flatMap(([key, value]) => {
      const [namespace, name] = splitName(key, prefixes) ?? []
      return namespace === repositoryNames && name === 'ignoreFields' && Array.isArray(value)
        ? value.map(String)
        : []
    }),
  )
  return new Set(names)
}
