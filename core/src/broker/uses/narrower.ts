type Parameters = Readonly<Record<string, unknown>>

/**
 * Whether a grant with `now` allows nothing that one with `before` does not. Pure. Only what is known to be a
 * list of things allowed, or a bound, may become less; everything else stays as it is.
 */
export function isNarrower(capability: string, before: Parameters, now: Parameters): boolean {
  const rules = narrowable[capability]
  if (rules === undefined) return false
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].every((name) => {
    const rule = rules[name] ?? isSame
    return rule(before[name], now[name])
  })
}

type Rule = (before: unknown, now: unknown) => boolean

const isSame: Rule = (before, now) => JSON.stringify(before) === JSON.stringify(now)

/** Absent: all. */
const isPart: Rule = (before, now) =>
  before === undefined ? now === undefined || isList(now) : isList(now) && within(before, now)

/** Absent: GET. */
const areMethods: Rule = (before, now) => within(before ?? ['GET'], now ?? ['GET'])

const isLonger: Rule = (before, now) =>
  isSame(before, now) ||
  (typeof now === 'string' && now.startsWith(typeof before === 'string' ? before : '/'))

const isLess: Rule = (before, now) =>
  isSame(before, now) ||
  (typeof now === 'number' && (before === undefined || now <= Number(before)))

const narrowable: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'service:call': { operations: isPart },
  'http:fetch': {
    // Absent: only what a setting names.
    origins: (before, now) => isSame(before, now) || within(before, now),
    methods: areMethods,
    pathPrefix: isLonger,
    maxKb: isLess,
  },
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}

function within(before: unknown, now: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(now) || now.length === 0) return false
  return now.every((item) => typeof item === 'string' && before.includes(item))
}
