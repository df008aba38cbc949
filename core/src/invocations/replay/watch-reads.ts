/** Begins the lines of the log by which a replayed guest tells what it read. */
export const READ_LINE = '\u0000signalbox replay: read '

/** Host calls whose answers reach the handler through `ctx`, where reading them can be seen. */
export const watchedCalls: ReadonlySet<string> = new Set([
  'db.query',
  'db.batch',
  'db.inspect',
  'db.transaction',
  'services.call',
])

/**
 * The bundle with ears on what it is given: after it has run, its handlers are wrapped so that each redacted
 * value of input, settings and answers becomes a property that tells when it is read. It stands in the same
 * script, under the same limits, and knows nothing but the tagged markers in the data.
 */
export function watchedBundle(bundle: string): string {
  return `${bundle}
;(() => {
const readLine = ${JSON.stringify(READ_LINE)};
const then = Promise.prototype.then;
${guestFunctions.map(String).join('\n')}
watchPlugin(globalThis);
})();`
}

/** The functions below run in the guest, as text: they use only each other and the two names above. */
const guestFunctions = [
  watchPlugin,
  mapOwn,
  teller,
  reveal,
  watch,
  standIn,
  watchedContext,
  watchedDoor,
  unfrozen,
  frozen,
]

declare const readLine: string
declare const then: typeof Promise.prototype.then

type Handler = (input: unknown, ctx: Door) => unknown
type Door = Readonly<Record<PropertyKey, unknown>>
type Tell = (place: string) => void

function watchPlugin(scope: { __signalbox_plugin?: { default?: object } }): void {
  const plugin = scope.__signalbox_plugin?.default
  if (typeof plugin !== 'object' || plugin === null) return
  const services = mapOwn(Reflect.get(plugin, 'services'), (operations) =>
    mapOwn(operations, (handler) => (input: unknown, ctx: Door) => {
      const tell = teller(ctx)
      return Reflect.apply(handler as Handler, operations, [
        reveal({ input }, tell).input,
        watchedContext(ctx, tell),
      ])
    }),
  )
  scope.__signalbox_plugin = { default: { ...plugin, services } }
}

function mapOwn(owner: unknown, map: (value: unknown) => unknown): Record<string, unknown> {
  const mapped: Record<string, unknown> = {}
  if (typeof owner !== 'object' || owner === null) return mapped
  for (const name of Object.getOwnPropertyNames(owner)) mapped[name] = map(Reflect.get(owner, name))
  return mapped
}

/** Each place is told once, at its first reading, in order with what the guest asks of the host. */
function teller(ctx: Door): Tell {
  const told = new Set<string>()
  return (place) => {
    if (told.has(place)) return
    told.add(place)
    const log = ctx.log as { debug(message: string): void }
    log.debug(readLine + place)
  }
}

/** Replaces, in place, each text with a marker by a property that tells and gives a value of its type. */
function reveal<Value extends object>(holder: Value, tell: Tell): Value {
  for (const name of Object.keys(holder)) {
    const value: unknown = Reflect.get(holder, name)
    if (typeof value === 'string' && value.includes('⟦redacted ')) watch(holder, name, value, tell)
    else if (typeof value === 'object' && value !== null) reveal(value, tell)
  }
  return holder
}

function watch(holder: object, name: string, text: string, tell: Tell): void {
  const places = [...text.matchAll(/⟦redacted \w+ \d+ @(\d+)⟧/g)].map((match) => match[1] as string)
  if (places.length === 0) return
  const shown = standIn(text)
  Object.defineProperty(holder, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      places.forEach(tell)
      return shown
    },
    set: (value: unknown) => {
      const own = { value, writable: true, enumerable: true, configurable: true }
      Object.defineProperty(holder, name, own)
    },
  })
}

/** Equal values were given equal numbers, so their stand-ins are equal too. */
function standIn(text: string): unknown {
  const [whole, type, number] = /^⟦redacted (\w+) (\d+) @\d+⟧$/.exec(text) ?? []
  if (whole === undefined) return text.replace(/ @\d+⟧/g, '⟧')
  if (type === 'number') return 1_000_000 + Number(number)
  if (type === 'boolean') return false
  if (type === 'null') return null
  if (type === 'object') return {}
  return type === 'array' ? [] : `⟦redacted ${type} ${number}⟧`
}

/** `ctx` as it is, but for what comes through it. */
function watchedContext(ctx: Door, tell: Tell): Door {
  let config: unknown
  return new Proxy(ctx, {
    get: (_, name) => {
      const value = ctx[name]
      if (typeof value === 'function') {
        return (...words: unknown[]) => Reflect.apply(value, ctx, words) as unknown
      }
      if (name === 'config') {
        config ??= frozen(reveal({ value: unfrozen(value) }, tell).value)
        return config
      }
      return name === 'db' || name === 'services' ? watchedDoor(value, tell) : value
    },
  })
}

/** A continuation more: no other answer comes within the same turn, so no order changes. */
function watchedDoor(door: unknown, tell: Tell): Record<string, unknown> {
  return mapOwn(door, (ask) => (...words: unknown[]) => {
    const asked: unknown = Reflect.apply(ask as (...words: unknown[]) => unknown, door, words)
    if (!(asked instanceof Promise)) return asked
    return Reflect.apply(then, asked, [
      (answer: unknown) => reveal({ answer }, tell).answer,
    ]) as unknown
  })
}

/** What the guest side gives is frozen, and could not be watched. */
function unfrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unfrozen)
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, unfrozen(child)]))
}

/** Without reading what is watched: that would tell of it. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const name of Object.keys(value)) {
    frozen(Object.getOwnPropertyDescriptor(value, name)?.value)
  }
  return Object.freeze(value)
}
