import { DOMException } from './dom-exception.ts'

/** https://html.spec.whatwg.org/#structuredserializeinternal: errors of other names become plain ones. */
const errors: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** What has an inside that cannot be looked into, by the name it goes by. */
const closed = new Set([
  ...['WeakMap', 'WeakSet', 'WeakRef', 'Promise', 'Generator', 'AsyncGenerator', 'Symbol'],
  ...[
    'Array Iterator',
    'Map Iterator',
    'Set Iterator',
    'String Iterator',
    'RegExp String Iterator',
  ],
  ...['AbortSignal', 'AbortController'],
])

/**
 * https://html.spec.whatwg.org/#dom-structuredclone. Two things differ: a proxy cannot be told from what it
 * stands for and is copied as that, and getters run twice when something is transferred.
 * @throws DataCloneError for functions, symbols, and what else has no copy.
 */
export function structuredClone<Value>(
  value: Value,
  options: { readonly transfer?: readonly ArrayBuffer[] } = {},
): Value {
  const buffers = [...(options?.transfer ?? [])]
  if (buffers.length === 0) return new Cloner().clone(value) as Value
  for (const [index, buffer] of buffers.entries()) {
    if (!(buffer instanceof ArrayBuffer) || buffer.detached || buffers.indexOf(buffer) !== index) {
      throw refused('Something in the list of what is to be transferred')
    }
  }
  // Nothing is taken away before it is known that all the rest can be copied.
  const rehearsal = new Cloner()
  rehearsal.clone(value)
  const cloner = new Cloner(rehearsal.views)
  for (const buffer of buffers) cloner.know(buffer, buffer.transfer())
  return cloner.clone(value) as Value
}

function refused(what: string): DOMException {
  return new DOMException(`${what} could not be cloned.`, 'DataCloneError')
}

/** Where a view lies in its buffer; of one whose buffer has been transferred nobody could tell any more. */
interface Place {
  readonly buffer: ArrayBufferLike
  readonly offset: number
  readonly length: number | undefined
}

class Cloner {
  readonly #copies = new Map<object, unknown>()
  readonly views: Map<object, Place>

  constructor(views = new Map<object, Place>()) {
    this.views = views
  }

  know(original: object, copy: unknown): void {
    this.#copies.set(original, copy)
  }

  clone(value: unknown): unknown {
    if (typeof value === 'symbol') throw refused(String(value))
    if (typeof value === 'function') throw refused(`${value}`)
    if (typeof value !== 'object' || value === null) return value
    const known = this.#copies.get(value)
    if (known !== undefined) return known
    if (Array.isArray(value)) return this.#fill(this.#keep(value, new Array(value.length)), value)
    const inner = this.#inner(value)
    if (inner !== undefined) return inner
    return this.#fill(this.#keep(value, {}), value)
  }

  #keep<Copy>(original: object, copy: Copy): Copy {
    this.know(original, copy)
    return copy
  }

  /** Own enumerable properties named by text, holes of arrays left as they are. */
  #fill(copy: object, value: object): object {
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(value, key)) continue
      const part = this.clone((value as Record<string, unknown>)[key])
      const descriptor = { value: part, writable: true, enumerable: true, configurable: true }
      Object.defineProperty(copy, key, descriptor)
    }
    return copy
  }

  /** What is more than its properties; undefined for a plain object. A name alone proves nothing. */
  #inner(value: object): unknown {
    if (ArrayBuffer.isView(value)) return this.#view(value)
    const name = Object.prototype.toString.call(value).slice(8, -1)
    if (closed.has(name)) throw refused(`#<${name}>`)
    if (value instanceof Error) return this.#error(value)
    const copyOf = copiers[name]
    if (copyOf === undefined) return undefined
    let content: unknown
    try {
      content = copyOf.read(value)
    } catch {
      return undefined
    }
    const copy = this.#keep(value, copyOf.make(content))
    copyOf.fill?.(copy, content, (part) => this.clone(part))
    return copy
  }

  #view(view: ArrayBufferView): unknown {
    let place = this.views.get(view)
    if (place === undefined) {
      const length = 'length' in view ? (view.length as number) : view.byteLength
      place = { buffer: view.buffer, offset: view.byteOffset, length }
      this.views.set(view, place)
    }
    const buffer = this.clone(place.buffer) as ArrayBuffer
    const Kind = view.constructor as new (
      buffer: ArrayBuffer,
      offset: number,
      length: number | undefined,
    ) => unknown
    const name = Object.prototype.toString.call(view).slice(8, -1)
    const Known = (globalThis as unknown as Record<string, typeof Kind>)[name] ?? Kind
    return this.#keep(view, new Known(buffer, place.offset, place.length))
  }

  #error(error: Error): unknown {
    const made = this.#keep(error, new (errors[`${error.name}`] ?? Error)())
    const define = (key: string, value: unknown) =>
      Object.defineProperty(made, key, {
        value,
        writable: true,
        enumerable: false,
        configurable: true,
      })
    const message = Object.getOwnPropertyDescriptor(error, 'message')
    if (message !== undefined && 'value' in message) define('message', `${message.value}`)
    define('stack', String(error.stack))
    if (Object.hasOwn(error, 'cause')) define('cause', this.clone(error.cause))
    return made
  }
}

/** Throws for what is no regular expression. */
const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as () => string

interface Copier {
  /** @throws when the value only goes by the name. */
  read(value: object): unknown
  make(content: unknown): unknown
  fill?(copy: unknown, content: unknown, clone: (value: unknown) => unknown): void
}

const copier = <Content, Copy>(
  read: (value: never) => Content,
  make: (content: Content) => Copy,
  fill?: (copy: Copy, content: Content, clone: (value: unknown) => unknown) => void,
): Copier => ({ read, make, fill }) as unknown as Copier

const copiers: Readonly<Record<string, Copier | undefined>> = {
  Boolean: copier((value) => Boolean.prototype.valueOf.call(value), Object),
  Number: copier((value) => Number.prototype.valueOf.call(value), Object),
  String: copier((value) => String.prototype.valueOf.call(value), Object),
  BigInt: copier((value) => BigInt.prototype.valueOf.call(value), Object),
  Date: copier(
    (value) => Date.prototype.getTime.call(value),
    (time) => new Date(time),
  ),
  RegExp: copier(
    (value: RegExp) => [sourceOf.call(value), value.flags] as const,
    ([source, flags]) => new RegExp(source, flags),
  ),
  ArrayBuffer: copier(
    (value) => ArrayBuffer.prototype.slice.call(value, 0),
    (copy) => copy,
  ),
  Map: copier(
    (value) => [...Map.prototype.entries.call(value)],
    () => new Map<unknown, unknown>(),
    (copy, entries, clone) => {
      for (const [key, item] of entries) copy.set(clone(key), clone(item))
    },
  ),
  Set: copier(
    (value) => [...Set.prototype.values.call(value)],
    () => new Set<unknown>(),
    (copy, items, clone) => {
      for (const item of items) copy.add(clone(item))
    },
  ),
}
