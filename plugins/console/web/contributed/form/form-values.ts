import type { FormField } from './form-fields.ts'

/** What the controls of a form begin with to say an input: what `formInput` makes of them is that input again. Pure. */
export function formValues(
  fields: readonly FormField[],
  input: unknown,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  if (typeof input !== 'object' || input === null) return values
  for (const field of fields) {
    if (!Object.hasOwn(input, field.name)) continue
    values[field.name] = controlValue(field, (input as Record<string, unknown>)[field.name])
  }
  return values
}

function controlValue(field: FormField, value: unknown): unknown {
  switch (field.kind) {
    case 'json':
      return JSON.stringify(value, null, 2)
    case 'instant':
      return typeof value === 'string' ? localText(value) : value
    case 'group':
      return formValues(field.fields, value)
    case 'rows':
      return Array.isArray(value) ? value.map((row) => formValues(field.fields, row)) : []
    case 'variants': {
      const tag = tagIn(value, field.tag)
      const chosen = field.variants.find((one) => one.value === tag)
      return chosen === undefined
        ? {}
        : { [field.tag]: chosen.value, ...formValues(chosen.fields, value) }
    }
    default:
      return value
  }
}

function tagIn(value: unknown, tag: string): unknown {
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, tag)
  return isThere ? (value as Record<string, unknown>)[tag] : undefined
}

/** As a control of the browser has it: its own wall clock, to the second. */
function localText(iso: string): string {
  const ms = Date.parse(iso)
  if (Number.isNaN(ms)) return iso
  const offset = new Date(ms).getTimezoneOffset() * 60_000
  return new Date(ms - offset).toISOString().slice(0, 19)
}
