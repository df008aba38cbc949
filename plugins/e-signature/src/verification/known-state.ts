import { type FormFields, formFields } from '../reading/form-fields.ts'
import { catalogOf, pageTree } from '../reading/page-tree.ts'
import type { PdfState } from '../reading/pdf-file.ts'
import { isKind, type PdfValue } from '../reading/pdf-values.ts'
import type { Zone } from './zones.ts'

/** A state with what its objects are for. */
export interface Known {
  readonly state: PdfState
  readonly fields: FormFields
  readonly pages: readonly number[]
  /** Objects whose kind decides what may change in them, by whatever path they are reached. */
  readonly roles: ReadonlyMap<number, Zone>
}

/** Two values at one place of the two graphs; undefined where one has none. */
export interface Difference {
  readonly zone: Zone
  readonly key: string
  readonly path: string
  readonly object: number
  readonly before: PdfValue | undefined
  readonly after: PdfValue | undefined
}

export function known(state: PdfState): Known {
  const fields = formFields(state)
  const tree = pageTree(state)
  const { number, catalog } = catalogOf(state)
  const roles = new Map<number, Zone>()
  const add = (object: number, zone: Zone) => {
    // What is of two kinds at once was made to be changed as the one and seen as the other.
    roles.set(object, roles.has(object) ? { kind: 'strict' } : zone)
  }
  add(number, { kind: 'catalog' })
  const form = catalog.entries.get('AcroForm')
  if (isKind(form, 'ref')) add(form.number, { kind: 'form' })
  for (const node of tree.nodes) add(node, { kind: 'pages' })
  for (const page of new Set(tree.pages)) add(page, { kind: 'page' })
  for (const [object, field] of fields.nameOfNumber) add(object, { kind: 'field', field })
  return { state, fields, pages: tree.pages, roles }
}
