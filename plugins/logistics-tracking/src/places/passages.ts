import { instantText } from '../calls/instant.ts'
import { byInstant, type DatedEntry } from '../scans/timeline-entry.ts'
import { dwellMinutes } from './position-operations.ts'
import type { Visit } from './visits.ts'

/** A timeline with when places were entered and left; the status is what held then. */
export function withPassages(
  scanned: readonly DatedEntry[],
  visits: readonly Visit[],
): readonly DatedEntry[] {
  const passages = visits.flatMap((visit): DatedEntry[] => {
    const entered = passage(visit, 'entered', visit.enteredAt)
    if (visit.leftAt === undefined) return [entered]
    const left = passage(visit, 'left', visit.leftAt)
    return [entered, { ...left, entry: { ...left.entry, dwellMinutes: dwellMinutes(visit) } }]
  })
  const all = [...scanned, ...passages].sort(byInstant)
  let held: DatedEntry['entry']['status'] = 'registered'
  return all.map((one) => {
    if (one.entry.passage !== undefined) return { ...one, entry: { ...one.entry, status: held } }
    if (one.entry.quarantined !== true) held = one.entry.status
    return one
  })
}

function passage({ place, name }: Visit, which: 'entered' | 'left', at: number): DatedEntry {
  const instant = instantText(at)
  return {
    ...{ at, id: `~${place} ${which}` },
    entry: {
      at: instant,
      knownAt: instant,
      status: 'registered',
      place: name,
      passage: which,
      source: 'places',
    },
  }
}
