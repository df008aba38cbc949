import { instantOfWall } from '../parts/wall-clock.ts'

/** What the console reads of a contract: which inputs an operation takes. Pure. */
export interface InputSchema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, InputSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | InputSchema
  readonly items?: InputSchema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly oneOf?: readonly InputSchema[]
  readonly anyOf?: readonly InputSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, InputSchema>>
  readonly format?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly pattern?: string
  readonly contentEncoding?: string
  readonly contentMediaType?: string
  readonly sensitive?: boolean
}

export interface Operation {
  readonly summary?: { readonly en: string; readonly 'zh-CN'?: string }
  readonly safe?: boolean
  readonly requires?: string
  readonly requiresIn?: 'tenant' | 'unit'
  readonly input: InputSchema
  readonly output?: InputSchema
  readonly delivery?: 'call' | 'bytes'
  readonly deadlineMs?: number
}

export interface Contract {
  readonly id: string
  readonly major: number
  readonly operations: Readonly<Record<string, Operation>>
}

export function operationOf(contract: Contract, name: string): Operation | undefined {
  return Object.hasOwn(contract.operations, name) ? contract.operations[name] : undefined
}

/** The schema itself, where it only names another of the same contract. */
export function resolved(schema: InputSchema, root: InputSchema, depth = 0): InputSchema {
  const [, name = ''] = /^#\/\$defs\/([^/]+)$/.exec(schema.$ref ?? '') ?? []
  const found = name === '' ? undefined : propertyIn(root.$defs, name)
  return found === undefined || depth > 8 ? schema : resolved(found, root, depth + 1)
}

export function propertyOf(input: InputSchema, name: string): InputSchema | undefined {
  const found = propertyIn(input.properties, name)
  return found === undefined ? undefined : resolved(found, input)
}

function propertyIn(
  all: Readonly<Record<string, InputSchema>> | undefined,
  name: string,
): InputSchema | undefined {
  return all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined
}

/** `["string", "null"]` is a string that may be left open. */
export function typeOf({ type, enum: choices, properties, items }: InputSchema): string {
  const types = type === undefined ? [] : [type].flat()
  const [first] = types.filter((one) => one !== 'null')
  if (first !== undefined) return first
  if (choices !== undefined) return 'string'
  if (properties !== undefined) return 'object'
  return items === undefined ? 'any' : 'array'
}

/** Rows that one question asks for, where the operation gives a page at a time. */
export function pagingOf(input: InputSchema): { limit: number } | undefined {
  if (propertyOf(input, 'cursor') === undefined) return undefined
  return { limit: Math.min(propertyOf(input, 'limit')?.maximum ?? 100, 100) }
}

/**
 * A word of the address as what the operation takes; a day where it takes an instant is its first.
 * @param zone of whose clocks the day is
 * @returns undefined: it takes nothing of this name, or nothing like this
 */
export function filterValue(input: InputSchema, name: string, text: string, zone = 'UTC'): unknown {
  const schema = propertyOf(input, name)
  if (schema === undefined || text === '') return undefined
  const type = typeOf(schema)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (type === 'number' || type === 'integer') {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  if (type === 'array') return [text]
  if (schema.format === 'date-time') return instantOfWall(`${text}T00:00`, zone) ?? text
  return text
}

/** Members that have to be there and are not. */
export function missingIn(input: InputSchema, given: object): readonly string[] {
  return (input.required ?? []).filter((name) => !Object.hasOwn(given, name))
}
