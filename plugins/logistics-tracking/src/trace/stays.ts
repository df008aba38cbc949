import { kindOfKey } from '../identifiers/kind-of-key.ts'
import { allChildren, type MembershipRow } from './event-links.ts'

/** How long something was inside of something else. */
export interface Stay {
  readonly parent: string
  readonly child: string
  readonly kind: MembershipRow['kind']
  readonly from: number
  /** When it was taken out; absent while it is inside. */
  readonly until?: number
  /** Event that put it in. */
  readonly event: string
  readonly step: string | null
}

interface Open {
  readonly row: MembershipRow
}

/**
 * Times inside, from all that is known of the children: an addition (or a look inside, where nothing was added before) begins one;
 * a removal of the child or of all children ends it. One object is in one place: put elsewhere, it is out of where it was. Goods of
 * a lot may be in many. Pure; the order of the rows does not matter.
 * @param rows all memberships of the children, and removals of all children of their parents
 */
export function staysOf(rows: readonly MembershipRow[]): readonly Stay[] {
  const stays: Stay[] = []
  const children = new Map<string, MembershipRow[]>()
  const emptied: MembershipRow[] = []
  for (const row of rows) {
    if (row.child === allChildren) emptied.push(row)
    else children.set(row.child, [...(children.get(row.child) ?? []), row])
  }
  for (const [child, own] of children) {
    const parents = new Set(own.map(({ parent }) => parent))
    const events = [...own, ...emptied.filter(({ parent }) => parents.has(parent))].sort(inOrder)
    stays.push(...staysOfChild(child, events))
  }
  return stays
}

/** Of one instant, what is taken out is taken out before anything is put in. */
function inOrder(a: MembershipRow, b: MembershipRow): number {
  return (
    a.at_ms - b.at_ms ||
    Number(a.action !== 'DELETE') - Number(b.action !== 'DELETE') ||
    (a.event < b.event ? -1 : Number(a.event > b.event))
  )
}

function staysOfChild(child: string, events: readonly MembershipRow[]): readonly Stay[] {
  const stays: Stay[] = []
  const open = new Map<string, Open>()
  const end = (parent: string, until: number) => {
    const begun = open.get(parent)
    if (begun === undefined) return
    open.delete(parent)
    stays.push({ ...stayOf(child, begun.row), until })
  }
  const isOneObject = kindOfKey(child) !== 'lot'
  for (const row of events) {
    if (row.action === 'DELETE') end(row.parent, row.at_ms)
    else if (!open.has(row.parent)) {
      if (isOneObject) endOthers(open, row, end)
      open.set(row.parent, { row })
    }
  }
  return [...stays, ...Array.from(open.values(), ({ row }) => stayOf(child, row))]
}

/** A part that is associated with a machine may be on a pallet with it. */
function endOthers(
  open: ReadonlyMap<string, Open>,
  { kind, at_ms }: MembershipRow,
  end: (parent: string, until: number) => void,
): void {
  for (const [parent, { row }] of [...open]) if (row.kind === kind) end(parent, at_ms)
}

function stayOf(child: string, { parent, kind, at_ms, event, step }: MembershipRow): Stay {
  return { parent, child, kind, from: at_ms, event, step }
}
