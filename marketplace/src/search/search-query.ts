/** More words than these narrow nothing further; each costs a scan. */
const MAX_TERMS = 8

/** What a search asks for: all of it has to hold. */
export interface SearchQuery {
  /** Each the beginning of a word of its listing: see listing.ts. */
  readonly terms: readonly string[]
  readonly author: string | undefined
  readonly maintainer: string | undefined
  /** `@acme` */
  readonly scope: string | undefined
  readonly keywords: {
    /** Of each group, one. */
    readonly groups: readonly (readonly string[])[]
    readonly none: readonly string[]
  }
  /** Undefined: either. Unstable is a prerelease, or what is below 1.0.0. */
  readonly unstable: boolean | undefined
  readonly deprecated: boolean | undefined
}

type Qualifiers = {
  -readonly [Key in Exclude<keyof SearchQuery, 'terms' | 'keywords'>]: SearchQuery[Key]
} & { readonly groups: (readonly string[])[]; readonly none: string[] }

/**
 * Reads npm's search text (github.com/npm/registry, docs/REGISTRY-API.md): words and the qualifiers `author: maintainer:
 * scope: keywords:a,b keywords:a+b keywords:a,-b not:unstable is:unstable`. A qualifier that is not known is a word.
 */
export function parseSearch(text: string): SearchQuery {
  const terms: string[] = []
  const qualifiers: Qualifiers = {
    author: undefined,
    maintainer: undefined,
    scope: undefined,
    unstable: undefined,
    deprecated: undefined,
    groups: [],
    none: [],
  }
  for (const word of text.replaceAll('\u0000', '').split(/\s+/).filter(Boolean)) {
    const [, name, value = ''] = /^([a-z]+):(.+)$/.exec(word) ?? []
    if (name === undefined || !qualify(qualifiers, name, value)) terms.push(word)
  }
  const { groups, none, ...found } = qualifiers
  return {
    ...found,
    terms: terms.slice(0, MAX_TERMS),
    keywords: { groups: groups.slice(0, MAX_TERMS), none: none.slice(0, MAX_TERMS) },
  }
}

/** @returns false when npm has no such qualifier */
function qualify(found: Qualifiers, name: string, value: string): boolean {
  switch (name) {
    case 'author':
    case 'maintainer':
      found[name] = value
      return true
    case 'scope':
      found.scope = value.startsWith('@') ? value : `@${value}`
      return true
    case 'keywords':
      readKeywords(value, found)
      return true
    case 'not':
    case 'is':
      if (value !== 'unstable' && value !== 'deprecated') return false
      found[value] = name === 'is'
      return true
    default:
      return false
  }
}

/** Commas: one of them; a plus: both; a dash before one: not that. */
function readKeywords(text: string, { groups, none }: Qualifiers): void {
  const wanted = text.split(',').filter(Boolean)
  none.push(...wanted.filter((one) => one.startsWith('-')).map((one) => one.slice(1)))
  const some = wanted.filter((one) => !one.startsWith('-'))
  const [only] = some
  if (some.length === 1 && only?.includes('+')) {
    groups.push(
      ...only
        .split('+')
        .filter(Boolean)
        .map((one) => [one]),
    )
  } else if (some.length > 0) groups.push(some)
}
