import { unescapeToken } from '../../schema/json-pointer.ts'
import { branchesOf, typeNames } from './branches.ts'
import { type Field, fieldsOf } from './field-paths.ts'
import { requiredNames } from './parts-of-objects.ts'
import { schemaChanges } from './schema-changes.ts'
import { annotations, canonicalData, isKeywords, type Keywords, writtenOut } from './schema-node.ts'

/** What a schema says of one setting. */
export interface Setting {
  /** Sorted; empty: any. */
  readonly types: readonly string[]
  /** Every way to fill in what holds it asks for it. */
  readonly required: boolean
  /** It is never shown again, see `sensitive`. */
  readonly sensitive: boolean
  /** Absent: none. */
  readonly default?: unknown
  /** Whatever else must hold, in JSON Schema's words; more than one where there are alternatives. */
  readonly rules: readonly Keywords[]
}

export type SettingPart = keyof Setting

export interface SettingChange {
  /** Such as `/smtp/port`; `[]` is each item of a list, `*` any name; empty: the settings as a whole. */
  readonly key: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before: Setting | null
  readonly after: Setting | null
  /** Of what changed. */
  readonly differs: readonly SettingPart[]
}

export interface SettingsDiff {
  /** Settings that fitted are not known to fit any more: a tenant may have to change its own first. */
  readonly isTighter: boolean
  /** In the order of their keys. */
  readonly changes: readonly SettingChange[]
  /** There are more than are told. */
  readonly isCut: boolean
}

/** A plugin without a schema has no settings: only the empty object fits. */
const NONE = { type: 'object', properties: {}, additionalProperties: false } as const

/** More than a form has; beyond them the files' diff is read. */
const MOST_CHANGES = 500

/**
 * The JSON Schemas of a plugin's settings in two versions, key by key. Pure. Both were let through by `schemaFaults`;
 * undefined: the version has none.
 */
export function settingsDiff(before: unknown, after: unknown): SettingsDiff {
  const [old, now] = [before ?? NONE, after ?? NONE]
  const [earlier, later] = [settingsOf(before), settingsOf(after)]
  const keys = [...new Set([...earlier.keys(), ...later.keys()])].sort()
  const changes = keys.flatMap((key) => changeOf(key, earlier.get(key), later.get(key)) ?? [])
  return {
    isTighter: schemaChanges(old, now, { side: 'input', pointer: '' }).some(
      ({ kind }) => kind === 'breaking',
    ),
    changes: changes.slice(0, MOST_CHANGES),
    isCut: changes.length > MOST_CHANGES,
  }
}

function settingsOf(schema: unknown): ReadonlyMap<string, Setting> {
  if (schema === undefined) return new Map()
  const fields = fieldsOf(writtenOut(schema, ''), '')
  return new Map([...fields].map(([key, field]) => [key, settingOf(key, field, fields)]))
}

function settingOf(key: string, { nodes }: Field, fields: ReadonlyMap<string, Field>): Setting {
  const slash = key.lastIndexOf('/')
  const holder = key === '' ? undefined : fields.get(key.slice(0, slash))?.nodes[0]
  const withDefault = nodes.find((node) => 'default' in node)
  return {
    types: [...new Set(nodes.flatMap((node) => typeNames(node) ?? []).map(String))].sort(),
    required: holder !== undefined && isAskedFor(holder, unescapeToken(key.slice(slash + 1))),
    sensitive: nodes.some((node) => node['sensitive'] === true),
    ...(withDefault === undefined ? {} : { default: withDefault['default'] }),
    rules: nodes.map(ruleOf).filter((rule) => Object.keys(rule).length > 0),
  }
}

function isAskedFor(holder: Keywords, name: string): boolean {
  const ways = branchesOf(holder).filter(({ type }) => type === 'object')
  return ways.length > 0 && ways.every(({ parts }) => requiredNames(parts).has(name))
}

/** What is told by the keys below it, by the node beside it, or by another part of the setting. */
const toldElsewhere: ReadonlySet<string> = new Set([
  ...annotations,
  ...['type', 'nullable', 'required', 'properties', 'patternProperties'],
  ...['prefixItems', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas'],
])
/** Below which a schema is told as keys, and `false` is a rule. */
const schemaOrRule: ReadonlySet<string> = new Set(['additionalProperties', 'items', 'contains'])

function ruleOf(node: Keywords): Keywords {
  return Object.fromEntries(
    Object.entries(node).filter(
      ([word, value]) =>
        !toldElsewhere.has(word) &&
        !(schemaOrRule.has(word) && (isKeywords(value) || value === true)),
    ),
  )
}

const parts: readonly SettingPart[] = ['types', 'required', 'sensitive', 'default', 'rules']

function changeOf(
  key: string,
  before: Setting | undefined,
  after: Setting | undefined,
): SettingChange | undefined {
  if (before === undefined || after === undefined) {
    const change = before === undefined ? 'added' : 'removed'
    // What holds all settings is there with the first and goes with the last.
    if (key === '') return undefined
    return { key, change, before: before ?? null, after: after ?? null, differs: [] }
  }
  const differs = parts.filter((part) => isOther(before, after, part))
  return differs.length === 0 ? undefined : { key, change: 'changed', before, after, differs }
}

/** A default of null is another thing than none. */
function isOther(before: Setting, after: Setting, part: SettingPart): boolean {
  return (
    part in before !== part in after || canonicalData(before[part]) !== canonicalData(after[part])
  )
}
