type Parameters = Readonly<Record<string, unknown>>
type Rule = (granted: unknown, asked: unknown) => boolean

const isEqual: Rule = (granted, asked) => JSON.stringify(granted) === JSON.stringify(asked)

/** Absent: all. */
const isPart: Rule = (granted, asked) =>
  granted === undefined || (asked !== undefined && within(granted, asked))

/** Absent: GET. */
const areMethods: Rule = (granted, asked) => within(granted ?? ['GET'], asked ?? ['GET'])

/** Absent: nothing by name. */
const areOrigins: Rule = (granted, asked) =>
  asked === undefined ||
  (Array.isArray(granted) &&
    Array.isArray(asked) &&
    asked.every((origin) => granted.some((wide) => isWithinOrigin(String(wide), String(origin)))))

/** Absent: every path. A prefix is one of characters, as the host compares it: `/v1` covers `/v10` too. */
const isLonger: Rule = (granted, asked) =>
  granted === undefined || (typeof asked === 'string' && asked.startsWith(String(granted)))

/** Absent: without a bound. */
const isLess: Rule = (granted, asked) =>
  granted === undefined || (typeof asked === 'number' && asked <= Number(granted))

/** Absent: any of them. */
const isOne: Rule = (granted, asked) => granted === undefined || granted === asked

/** Only what is asked for more loosely is more: `true` where it was absent. */
const isFlag: Rule = (granted, asked) => asked !== true || granted === true

/** Parameters by which one grant can be less than another; all others have to be the same. */
const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'db:own': { quotaMb: isLess, quotaRows: isLess },
  'blob:own': { quotaMb: isLess },
  'service:call': { operations: isPart },
  'http:fetch': {
    origins: areOrigins,
    methods: areMethods,
    pathPrefix: isLonger,
    maxKb: isLess,
  },
  'secret:use': { origins: isPart, reveal: isFlag },
  'keys:sign': { key: isOne },
  'keys:verify': { usage: isOne },
  'identity:read': { fields: isPart },
}

/** Whether a grant allows all that a wish with these parameters would. Pure. */
export function covers(capability: string, granted: Parameters, asked: Parameters): boolean {
  const known = rules[capability] ?? {}
  const names = new Set([...Object.keys(granted), ...Object.keys(asked)])
  return [...names].every((name) => (known[name] ?? isEqual)(granted[name], asked[name]))
}

function within(granted: unknown, asked: unknown): boolean {
  return (
    Array.isArray(granted) && Array.isArray(asked) && asked.every((item) => granted.includes(item))
  )
}

/** `https://*.example.com` covers every host below, of one label or more, and not example.com itself. */
function isWithinOrigin(granted: string, asked: string): boolean {
  if (granted === asked) return true
  const wide = /^(https?:\/\/)\*(\..+)$/.exec(granted)
  if (wide === null) return false
  const [, scheme = '', suffix = ''] = wide
  return asked.startsWith(scheme) && asked.endsWith(suffix) && asked.length > granted.length - 1
}
