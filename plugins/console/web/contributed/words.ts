import { type LocalText, textIn } from '../texts/languages.ts'
import type { FieldSpec, OfferedPage, PageSpec } from './page-spec.ts'

/**
 * What the pages of a plugin call things, by the last word of the pointer: a contract names its inputs in one language and
 * for programs, and what a page has shown as a column is asked for by the same name in a form. Pure.
 */
export interface Words {
  readonly labels: ReadonlyMap<string, LocalText>
  readonly values: ReadonlyMap<string, LocalText>
}

export const NO_WORDS: Words = { labels: new Map(), values: new Map() }

/** @param page whose own words come first: a page may call something otherwise than the others of its plugin do */
export function wordsOf(pages: readonly OfferedPage[], plugin: string, page?: PageSpec): Words {
  const labels = new Map<string, LocalText>()
  const values = new Map<string, LocalText>()
  const own = pages.filter((page) => page.plugin === plugin).map(({ spec }) => spec)
  const shown = own.flatMap(({ blocks = [] }) => blocks.flatMap(fieldsIn))
  const said = [page ?? {}, ...own].map(({ words = [] }: Pick<PageSpec, 'words'>) =>
    words.flatMap(named),
  )
  const [first = [], ...others] = said
  for (const field of [...first, ...shown, ...others.flat()]) {
    keepFirst(labels, field.name, field.label)
    for (const { value, label } of field.values) keepFirst(values, `${field.name} ${value}`, label)
  }
  return { labels, values }
}

interface Named {
  readonly name: string
  readonly label: LocalText
  readonly values: readonly { readonly value: string; readonly label: LocalText }[]
}

function fieldsIn(block: object): Named[] {
  const lists = ['columns', 'fields', 'card', 'values', 'filters'] as const
  return lists.flatMap((name) => {
    const list = (block as Record<string, unknown>)[name]
    return Array.isArray(list) ? list.flatMap(named) : []
  })
}

function named(one: Partial<FieldSpec> & { param?: string; choices?: Named['values'] }): Named[] {
  const { field, param, label, values, choices } = one
  if (label === undefined || (field === undefined && param === undefined)) return []
  const name = param ?? field?.split('/').at(-1) ?? ''
  return [{ name, label, values: values ?? choices ?? [] }]
}

function keepFirst(map: Map<string, LocalText>, key: string, label: LocalText): void {
  if (!map.has(key)) map.set(key, label)
}

/** What an input is called: as its plugin's pages say, else as it is written, taken apart. */
export function wordFor({ labels }: Words, name: string, language: string): string {
  const known = labels.get(name)
  return known === undefined ? apart(name) : textIn(known, language)
}

export function valueWord(
  { values }: Words,
  name: string,
  value: string,
  language: string,
): string {
  const known = values.get(`${name} ${value}`)
  return known === undefined ? value : textIn(known, language)
}

/** `validFrom` → `Valid from` */
function apart(name: string): string {
  const words = name
    .replaceAll(/[-_]/g, ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
