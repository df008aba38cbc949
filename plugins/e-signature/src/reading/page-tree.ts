import { readingLimits } from './limits.ts'
import { follow, type PdfState } from './pdf-file.ts'
import { dictOf, isKind, nameOf, type PdfValue } from './pdf-values.ts'
import { ReadingFault } from './reading-fault.ts'

/** Object numbers of the pages in their order, and of the nodes above them. */
export interface PageTree {
  readonly pages: readonly number[]
  readonly nodes: ReadonlySet<number>
}

export function catalogOf(state: PdfState) {
  const root = state.sections[0]?.trailer.entries.get('Root')
  const catalog = follow(state, root)
  if (!isKind(root, 'ref') || !isKind(catalog, 'dict')) {
    throw new ReadingFault('PDF_CATALOG_MISSING', 'The file has no catalog.')
  }
  return { number: root.number, catalog }
}

export function pageTree(state: PdfState): PageTree {
  const pages: number[] = []
  const nodes = new Set<number>()
  const open: (PdfValue | undefined)[] = [catalogOf(state).catalog.entries.get('Pages')]
  while (open.length > 0) {
    const ref = open.pop()
    if (!isKind(ref, 'ref')) continue
    const node = dictOf(follow(state, ref))
    const kids = follow(state, node?.entries.get('Kids'))
    if (node === undefined) continue
    if (!isKind(kids, 'array') || nameOf(node.entries.get('Type')) === 'Page')
      pages.push(ref.number)
    else if (!nodes.has(ref.number)) {
      nodes.add(ref.number)
      open.push(...kids.items.toReversed())
    }
    if (pages.length > readingLimits.objects) throw tooMany()
    if (open.length > readingLimits.objects) throw tooMany()
  }
  return { pages, nodes }
}

function tooMany(): ReadingFault {
  return new ReadingFault('PDF_TOO_LARGE', 'The file has too many pages.')
}
