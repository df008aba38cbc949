import type { FormField } from './form-fields.ts'
import { type FormValues, formInput } from './form-input.ts'

/** What the controls of a form hold for an input that is there already: the way back of `formInput`. Pure. */
export function formValues(fields: readonly FormField[], input: unknown): FormValues {
  const members = isObject(input) ? input : {}
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = Object.hasOwn(members, field.name) ? members[field.name] : undefined
      return value === undefined ? [] : [[field.name, heldValue(field, value)]]
    }),
  )
}

/** What a form begins with, and comes back to: a list that has to have a row has one. Pure. @param begin as an input has it */
export function firstValues(fields: readonly FormField[], begin: unknown): FormValues {
  const rows = fields.filter(({ kind, isRequired }) => kind === 'rows' && isRequired)
  return {
    ...Object.fromEntries(rows.map(({ name }) => [name, [{}]])),
    ...formValues(fields, begin),
  }
}

/** Whether the controls can hold all of an input, so that to save it unchanged changes nothing. Pure. */
export function fitsForm(fields: readonly FormField[], input: unknown): boolean {
  try {
    return isSame(formInput(fields, formValues(fields, input)), input)
  } catch {
    return false
  }
}

function heldValue(field: FormField, value: unknown): unknown {
  switch (field.kind) {
    case 'json':
      return JSON.stringify(value, null, 2)
    case 'group':
      return formValues(field.fields, value)
    case 'pairs':
      return isObject(value)
        ? Object.entries(value).map(([name, one]) => ({
            name,
            value: typeof one === 'boolean' ? one : String(one),
            isGiven: true,
          }))
        : value
    case 'rows':
      return Array.isArray(value) ? value.map((row) => formValues(field.fields, row)) : value
    case 'variants': {
      if (!isObject(value)) return value
      const tag = value[field.tag]
      const chosen = field.variants.find((one) => one.value === tag)
      return { [field.tag]: tag, ...formValues(chosen?.fields ?? [], value) }
    }
    default:
      return value
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]))
  }
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].every((name) => isSame(one[name], other[name]))
  }
  return Object.is(one, other)
}
