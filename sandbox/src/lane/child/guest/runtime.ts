import { Call } from './call.ts'
import { CallContext, type GuestShared } from './context.ts'
import { Digest } from './digest.ts'
import { gateBuiltins } from './gates.ts'
import { type GuestClock, hardenGlobals } from './harden.ts'
import { Outbox } from './outbox.ts'
import type { Primordials } from './primordials.ts'
import { GuestRandom } from './random.ts'
import { guestSeam } from './seam.ts'
import { thrownMessage, thrownText } from './thrown.ts'

type Handler = (input: unknown, context: unknown) => unknown

/** What the guest side is told before the plugin's bundle runs. */
export interface OpenRequest {
  readonly tenant: string
  readonly configJson: string
  readonly maxOutputLength: number
  readonly features: readonly ('intl' | 'wasm')[]
  /** What the bundle draws from while it loads. */
  readonly seed: string
}

/** Ops of the door: `open`, then the bundle runs, then `link`, then turns. `redeliver` asks for a turn's outbox again that an unhandled rejection kept back. */
export const guestOps = {
  link: 0,
  call: 1,
  drain: 2,
  redeliver: 3,
  reply: 4,
  replyError: 5,
  cancel: 6,
  open: 7,
} as const

/**
 * Runs handlers inside the isolate and puts what they answer into the outbox as text. Getters, `toJSON`
 * and thenables of a guest run in here, under the turn's time limit; V8 would run them unbounded if a value
 * crossed as an object.
 */
export class GuestRuntime {
  readonly #p: Primordials
  readonly #outbox: Outbox
  readonly #clock: GuestClock = { now: 0 }
  readonly #calls: Record<PropertyKey, Call | undefined>
  readonly #handlers: Record<PropertyKey, Handler | undefined>
  readonly #causes: WeakMap<object, string>
  readonly #digest: Digest
  #loadRandom: GuestRandom | undefined
  #shared: GuestShared | undefined
  #plugin: unknown
  #maxOutputLength = 0
  #current: Call | undefined
  /** The turn's answer, where it is all that the turn hands over: an unhandled rejection may take its place. */
  #alone: string | undefined

  constructor(p: Primordials, isHardened: boolean) {
    this.#p = p
    this.#outbox = new Outbox(p)
    this.#calls = p.dictionary<Call>()
    this.#handlers = p.dictionary<Handler>()
    this.#causes = new p.WeakMap()
    this.#digest = new Digest(p)
    hardenGlobals(p, this.#clock, isHardened)
    if (isHardened) gateBuiltins(p)
    p.define(p.Math, 'random', () => this.#random().number(), false)
    p.define(globalThis, 'console', this.#console(), false)
  }

  /**
   * The only door into the isolate: primitives in, one string (the outbox) out.
   * @param packed what is to be done, for which call, with which number: `(id × 65536 + number) × 8 + op`.
   * Each argument of its own would cost as much as a tenth of an empty turn.
   */
  enter(packed: number, now: number, text: string, payload: string): string {
    this.#clock.now = now
    const op = packed % 8
    const number = ((packed - op) / 8) % 65536
    const id = ((packed - op) / 8 - number) / 65536
    if (op === guestOps.open) return this.#open(payload)
    if (op === guestOps.link) return this.#link()
    if (op === guestOps.redeliver) return this.#alone ?? this.#outbox.take()
    this.#alone = undefined
    this.#outbox.begin()
    try {
      if (op === guestOps.call) return this.#start(id, number, text, payload)
      if (op === guestOps.reply) this.#reply(id, number, payload)
      else if (op === guestOps.replyError) this.#replyError(id, number, text, payload)
      else if (op === guestOps.cancel) this.#cancel(id, number !== 0, text, payload)
    } catch {
      this.#giveUp(id)
    }
    return this.#outbox.take()
  }

  /**
   * First turns of several calls, as long as each is over when its handler returns: microtasks come when the
   * entry ends, and must find their own call at work.
   * @param words `packed`, `now`, head and input of the first; `packed`, head and input of each further one.
   */
  enterTogether(words: ArrayLike<unknown>): string {
    this.#clock.now = words[1] as number
    this.#alone = undefined
    this.#outbox.begin()
    let packed = words[0] as number
    for (let at = 2; at < words.length; at += 3) {
      const number = ((packed - (packed % 8)) / 8) % 65536
      const id = ((packed - (packed % 8)) / 8 - number) / 65536
      try {
        const text = this.#run(id, number, words[at] as string, words[at + 1] as string)
        if (text !== undefined) this.#finish(this.#current as Call, 'O', '', text)
      } catch {
        this.#giveUp(id)
      }
      if (this.#current?.isOver !== true) break
      packed = words[at + 2] as number
    }
    return this.#outbox.take()
  }

  /** A stack that was full on entry, or what a guest's code threw where its failure was being written down. */
  #giveUp(id: number): void {
    const call = this.#current
    if (call?.id === id && !call.isOver)
      this.#finish(call, 'F', 'threw', 'its failure cannot be told')
  }

  /** @returns an empty text; the host made the request, so nothing here fails. */
  #open(payload: string): string {
    const p = this.#p
    const request = p.parse(payload) as OpenRequest
    this.#maxOutputLength = request.maxOutputLength
    this.#loadRandom = new GuestRandom(p, request.seed)
    this.#shared = {
      tenant: request.tenant,
      config: this.#freezeDeep(p.parse(request.configJson)),
      clock: this.#clock,
      primordials: p,
      digest: this.#digest,
      printable: (value) => this.#printable(value),
    }
    this.#giveFeatures(request.features)
    const seam = guestSeam(p, {
      clock: this.#clock,
      digest: this.#digest,
      current: () => this.#current,
      random: () => {
        // What is drawn while a module loads follows from its bundle: fit for a shuffle, never for a secret.
        const call = this.#current
        if (call === undefined)
          throw new p.Error('crypto draws within a call, not while a module loads')
        return call.random
      },
      fail: (error) => {
        const call = this.#current
        if (call !== undefined && p.recall(this.#causes, error as object) !== undefined) {
          this.#fail(call, error)
        }
      },
    })
    p.define(globalThis, '__signalbox_guest', seam, false)
    return ''
  }

  /** @returns an empty text, or why the bundle is no plugin. */
  #link(): string {
    const p = this.#p
    try {
      p.deleteProperty(globalThis, '__signalbox_guest')
      const bundle = (globalThis as Record<string, unknown>).__signalbox_plugin
      this.#plugin = this.#own(bundle, 'default')
      const isPlugin = typeof this.#plugin === 'object' && this.#plugin !== null
      return isPlugin ? '' : 'the bundle has no default export made by definePlugin'
    } catch (error) {
      return thrownMessage(p, error)
    }
  }

  /** Their memory is counted by no heap limit: only a plugin that has a lane for itself keeps them. */
  #giveFeatures(features: OpenRequest['features']): void {
    const { define, optional } = this.#p
    for (let index = 0; index < features.length; index++) {
      const feature = optional[features[index] as keyof typeof optional]
      define(globalThis, feature.name, feature.value, false)
    }
  }

  #random(): GuestRandom {
    return this.#current?.random ?? (this.#loadRandom as GuestRandom)
  }

  /** @returns the outbox; or, when nothing else is in it, an answer alone after `=`: most calls end so. */
  #start(id: number, number: number, head: string, input: string): string {
    const text = this.#run(id, number, head, input)
    if (text === undefined) return this.#outbox.take()
    const call = this.#current as Call
    if (this.#outbox.isEmpty) {
      call.isOver = true
      this.#alone = `=${text}`
      return this.#alone
    }
    this.#finish(call, 'O', '', text)
    return this.#outbox.take()
  }

  /**
   * @param number of the handler, the same for every call of an operation: its name is read once.
   * @returns the answer when the handler gave one at once; all else is in the outbox, or comes later.
   */
  #run(id: number, number: number, head: string, input: string): string | undefined {
    const call = new Call(this.#p, this.#outbox, this.#causes, id, head)
    this.#current = call
    try {
      const handler = this.#handlers[number] ?? this.#findHandler(number, call.headLine(0))
      if (handler === undefined) {
        call.finish('F', 'handler-missing', '')
        return undefined
      }
      const context = new CallContext(call, this.#shared as GuestShared)
      const answer = handler(this.#p.parse(input), context)
      if (!this.#isThenable(answer)) return this.#output(call, answer)
      this.#follow(call, answer)
    } catch (error) {
      this.#fail(call, error)
    }
    return undefined
  }

  #follow(call: Call, answer: unknown): void {
    this.#calls[call.id] = call
    const succeed = (value: unknown) => this.#succeed(call, value)
    const fail = (error: unknown) => this.#fail(call, error)
    try {
      // What an async function returns needs no wrapping, which would cost three more microtasks.
      this.#p.follow(answer as Promise<unknown>, succeed, fail)
    } catch {
      const promise = new this.#p.Promise((resolve) => resolve(answer))
      this.#p.follow(promise, succeed, fail)
    }
  }

  /** @param entry see entryText. */
  #findHandler(number: number, entry: string): Handler | undefined {
    const { apply, cut, find } = this.#p
    const isSelfTest = entry === ''
    const isService = !isSelfTest && find(entry, '\0', 0) !== 0
    let owner = isService ? this.#own(this.#plugin, 'services') : this.#plugin
    let from = isService || isSelfTest ? 0 : 1
    for (let end = find(entry, '\0', from); end >= 0; end = find(entry, '\0', from)) {
      owner = this.#own(owner, cut(entry, from, end))
      from = end + 1
    }
    const found = this.#own(owner, isSelfTest ? 'selfTest' : cut(entry, from, entry.length))
    if (typeof found !== 'function') return undefined
    const handler: Handler = isSelfTest
      ? (_, context) => apply(found as Handler, owner, [context])
      : (input, context) => apply(found as Handler, owner, [input, context])
    // 0 is the number of all that found no number of their own.
    if (number > 0) this.#handlers[number] = handler
    return handler
  }

  #succeed(call: Call, value: unknown): void {
    if (call.isOver) return
    const text = this.#output(call, value)
    if (text !== undefined) this.#finish(call, 'O', '', text)
  }

  /** The answer as JSON, or nothing when the call has failed over it. */
  #output(call: Call, value: unknown): string | undefined {
    let text: string | undefined
    try {
      text = this.#p.stringify(value)
    } catch (error) {
      this.#finish(call, 'F', 'output-not-json', thrownMessage(this.#p, error))
      return undefined
    }
    // JSON has no word for `undefined`: a handler that answers nothing answers null.
    if (text === undefined) return 'null'
    if (text.length <= this.#maxOutputLength) return text
    this.#finish(call, 'F', 'output-too-large', `${text.length}`)
    return undefined
  }

  #fail(call: Call, error: unknown): void {
    if (call.isOver) return
    const p = this.#p
    const isObject = typeof error === 'object' && error !== null
    const cause = isObject ? p.recall(this.#causes, error) : undefined
    if (cause !== undefined) {
      const end = p.find(cause, ' ', 0)
      this.#finish(call, 'F', p.cut(cause, 0, end), p.cut(cause, end + 1, cause.length))
      return
    }
    const code = thrownText(p, error, 'code')
    const message = thrownMessage(p, error)
    if (code !== '' && thrownText(p, error, 'name') === 'Refusal') {
      this.#finish(call, 'N', code, message)
      return
    }
    const stack = thrownText(p, error, 'stack')
    try {
      if (stack !== '') call.log('error', 'The handler threw', { stack })
    } catch {
      // A toJSON of the guest's that throws costs the line in the log, not the answer.
    }
    this.#finish(call, 'F', 'threw', message)
  }

  #finish(call: Call, kind: string, name: string, body: string): void {
    delete this.#calls[call.id]
    call.finish(kind, name, body)
  }

  #reply(id: number, number: number, payload: string): void {
    const call = this.#calls[id]
    this.#current = call
    call?.takeWaiter(number)?.resolve(this.#p.parse(payload))
  }

  #replyError(id: number, number: number, code: string, message: string): void {
    const call = this.#calls[id]
    this.#current = call
    call?.takeWaiter(number)?.reject(call.hostError(number, code, message))
  }

  #cancel(id: number, isOnlyTold: boolean, code: string, message: string): void {
    const call = this.#calls[id]
    this.#current = call
    if (isOnlyTold) call?.tell(code, message)
    else call?.cancel(code, message)
  }

  #isThenable(value: unknown): boolean {
    return (
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      typeof (value as Record<string, unknown>).then === 'function'
    )
  }

  #own(owner: unknown, name: string): unknown {
    if (typeof owner !== 'object' || owner === null || !this.#p.hasOwn(owner, name))
      return undefined
    return (owner as Record<string, unknown>)[name]
  }

  #freezeDeep(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const keys = this.#p.ownKeys(value)
    for (let index = 0; index < keys.length; index++) {
      this.#freezeDeep((value as Record<PropertyKey, unknown>)[keys[index] as string])
    }
    return this.#p.freeze(value)
  }

  /** `console` writes to the log of the call whose turn it is. */
  #console(): object {
    const to =
      (level: string) =>
      (...parts: unknown[]): void => {
        let message = ''
        for (let index = 0; index < parts.length; index++) {
          message += (index === 0 ? '' : ' ') + this.#printable(parts[index])
        }
        this.#current?.log(level, message, undefined)
      }
    return {
      trace: to('debug'),
      debug: to('debug'),
      log: to('info'),
      info: to('info'),
      warn: to('warn'),
      error: to('error'),
    }
  }

  #printable(value: unknown): string {
    if (typeof value === 'string') return value
    if (typeof value === 'symbol' || typeof value === 'function') return typeof value
    if (typeof value !== 'object' || value === null) return `${value}`
    const stack = thrownText(this.#p, value, 'stack')
    return stack !== '' ? stack : (this.#p.stringify(value) ?? '')
  }
}
