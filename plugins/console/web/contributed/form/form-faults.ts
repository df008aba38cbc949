import { Validator } from '@cfworker/json-schema'
import type { Fault } from '../../api/problem.ts'
import { readPointer } from '../bind.ts'
import type { InputSchema } from '../contract-input.ts'
import type { FormField } from './form-fields.ts'

const MOST_FAULTS = 30

/** What a schema asks for and a value has not. */
export interface CheckedFault {
  readonly keyword: string
  /** What the keyword says, such as the least number; undefined where that is not known. */
  readonly bound: unknown
}

export type SayFault = (fault: CheckedFault) => string

/** What the contract finds wrong before anything is sent. The checker interprets the schema: the page may run no made-up code. */
export function inputFaults(schema: InputSchema, input: unknown, say: SayFault): readonly Fault[] {
  const { valid, errors } = new Validator(schema as object, '2020-12', false).validate(input)
  if (valid) return []
  const told = errors.filter(({ keyword }) => !OUTER.has(keyword))
  return (told.length > 0 ? told : errors)
    .slice(0, MOST_FAULTS)
    .map(({ instanceLocation, error, keyword, keywordLocation }) => ({
      pointer: pointerOf(instanceLocation, error, keyword),
      detail: say({ keyword, bound: boundAt(schema, keywordLocation) }),
    }))
}

/** Keywords that only say that something inside does not fit. */
const OUTER: ReadonlySet<string> = new Set([
  'properties',
  'items',
  'oneOf',
  'anyOf',
  'allOf',
  '$ref',
  'additionalProperties',
])

/** @param place of a keyword, as the checker came there: through references, which it names */
function boundAt(root: InputSchema, place: string): unknown {
  let at: unknown = root
  for (const part of decodeURIComponent(place).split('/').slice(1)) {
    at = readPointer(at, `/${part}`)
    if (part === '$ref') at = readPointer(root, String(at).replace(/^#/, ''))
  }
  return at
}

/** A member that is missing is told where it should stand. */
function pointerOf(place: string, error: string, keyword: string): string {
  const pointer = decodeURIComponent(place.replace(/^#/, ''))
  const [, name] = keyword === 'required' ? (/"([^"]+)"/.exec(error) ?? []) : []
  return name === undefined ? pointer : `${pointer}/${name}`
}

/** A place of the form, as its library names it. */
export type FormName = readonly (string | number)[]

/** Faults by the control that they are of; what no control has is told above the form. Pure. */
export function placedFaults(
  fields: readonly FormField[],
  faults: readonly Fault[],
): {
  readonly placed: readonly { name: FormName; errors: string[] }[]
  readonly rest: readonly Fault[]
} {
  const placed = new Map<string, { name: FormName; errors: string[] }>()
  const rest: Fault[] = []
  for (const fault of faults) {
    const name = nameOf(fields, fault.pointer.split('/').slice(1))
    if (name === undefined) {
      rest.push(fault)
      continue
    }
    const key = name.join('/')
    const entry = placed.get(key) ?? { name, errors: [] }
    entry.errors.push(fault.detail)
    placed.set(key, entry)
  }
  return { placed: [...placed.values()], rest }
}

/** As deep as there are controls: a fault inside of a list of scalars is one of the list. */
function nameOf(fields: readonly FormField[], parts: readonly string[]): FormName | undefined {
  const [part, ...rest] = parts
  const field = fields.find(({ name }) => name === part)
  if (field === undefined) return undefined
  switch (field.kind) {
    case 'group':
      return within([field.name], nameOf(field.fields, rest))
    case 'rows': {
      const [at, ...inside] = rest
      const inner = nameOf(field.fields, inside)
      return at === undefined ? [field.name] : within([field.name, Number(at)], inner)
    }
    case 'variants': {
      const inner = field.variants.map((one) => nameOf(one.fields, rest)).find(Boolean)
      return [field.name, ...(inner ?? [field.tag])]
    }
    default:
      return [field.name]
  }
}

/** What holds controls has none of its own. */
function within(outer: FormName, inner: FormName | undefined): FormName | undefined {
  return inner === undefined ? undefined : [...outer, ...inner]
}
