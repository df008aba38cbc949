import { isRisky } from '../bind.ts'
import type { FormField } from './form-fields.ts'

/** What the controls of a form hold: texts of instants, dates and JSON, numbers, lists. */
export type FormValues = Readonly<Record<string, unknown>>

/** A text that is no JSON, and where it stands. */
export class NotJson extends Error {
  readonly pointer: string

  constructor(pointer: string, options: ErrorOptions) {
    super(`no JSON: ${pointer}`, options)
    this.pointer = pointer
  }
}

/**
 * The input that a filled form says. What is empty is left out: nobody who left a field alone meant an empty text. Pure.
 * @throws NotJson
 */
export function formInput(
  fields: readonly FormField[],
  values: FormValues | undefined,
  at = '',
): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const field of fields) {
    const value = inputOf(field, own(values, field.name), `${at}/${field.name}`)
    if (value !== undefined) input[field.name] = value
  }
  return input
}

function own(values: unknown, name: string): unknown {
  const isThere = typeof values === 'object' && values !== null && Object.hasOwn(values, name)
  return isThere ? (values as Record<string, unknown>)[name] : undefined
}

function inputOf(field: FormField, value: unknown, at: string): unknown {
  if (value === undefined || value === null || value === '') return undefined
  switch (field.kind) {
    case 'json':
      return jsonOf(String(value), at)
    case 'scalars':
      return scalarsOf(field.item, value)
    case 'pairs':
      return pairsOf(value)
    case 'group': {
      const inner = formInput(field.fields, value as FormValues, at)
      return Object.keys(inner).length > 0 || field.isRequired ? inner : undefined
    }
    case 'rows': {
      const rows = (Array.isArray(value) ? value : []).map((row, index) =>
        formInput(field.fields, row as FormValues, `${at}/${index}`),
      )
      return rows.length > 0 || field.isRequired ? rows : undefined
    }
    case 'variants': {
      const chosen = field.variants.find((one) => one.value === own(value, field.tag))
      if (chosen === undefined) return undefined
      return { [field.tag]: chosen.value, ...formInput(chosen.fields, value as FormValues, at) }
    }
    default:
      return value
  }
}

function jsonOf(text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NotJson(at, { cause })
  }
}

function scalarsOf(item: 'text' | 'number' | 'integer', value: unknown): unknown {
  const all = (Array.isArray(value) ? value : [value]).filter((one) => one !== '')
  if (all.length === 0) return undefined
  return item === 'text' ? all.map(String) : all.map(Number)
}

/** One row of the control for values by names. */
export interface Pair {
  readonly name?: string
  readonly value?: string | boolean
  /** The form has begun with it: its name is not asked. */
  readonly isGiven?: boolean
}

/** What has no name or no value is left out, as an empty field is; a name of a risky kind too. */
function pairsOf(value: unknown): unknown {
  const rows = (Array.isArray(value) ? value : []) as readonly (Pair | undefined)[]
  const entries = rows.flatMap((row): [string, string | boolean][] => {
    const name = row?.name?.trim() ?? ''
    const held = row?.value ?? ''
    return name === '' || held === '' || isRisky(name) ? [] : [[name, held]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}
