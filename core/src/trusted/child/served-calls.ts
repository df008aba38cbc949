import { AsyncLocalStorage } from 'node:async_hooks'
import { inspect } from 'node:util'
import {
  Call,
  capturePrimordials,
  Digest,
  type Frame,
  fromLane,
  type GuestShared,
  thrownMessage,
  thrownText,
} from '@signalbox/sandbox/guest-side'
import { BytePump } from './byte-pump.ts'
import { byteSource } from './byte-source.ts'
import { findHandler } from './find-handler.ts'
import { OwnTime } from './own-time.ts'
import { SettingsCache } from './settings-cache.ts'
import { TrustedContext } from './trusted-context.ts'
import { fromTrusted } from './trusted-wire.ts'

interface Socket {
  send(kind: number, id: number, number: number, text: string, payload: string): void
  sendBytes(kind: number, id: number, bytes: Uint8Array): void
}

interface Served {
  readonly call: Call
  readonly abort: AbortController
  readonly time: OwnTime
  /** Of an answer of bytes that has begun, or is about to. */
  pump?: BytePump
}

/** A plugin's records of a call, and the frames they become. */
const frameKinds: Readonly<Record<string, number>> = {
  O: fromLane.ok,
  N: fromLane.refused,
  F: fromLane.failed,
  H: fromLane.hostCall,
  G: fromLane.log,
}

/**
 * The calls that a trusted process serves at the moment, each with its own `ctx`: they run side by side, as the
 * plugin's promises do.
 */
export class ServedCalls {
  readonly #plugin: unknown
  readonly #socket: Socket
  readonly #maxOutputLength: number
  readonly #served = new Map<number, Served>()
  readonly #current = new AsyncLocalStorage<Call>()
  readonly #settings = new SettingsCache()
  readonly #p = capturePrimordials()
  readonly #digest = new Digest(this.#p)
  readonly #causes = new WeakMap<object, string>()

  constructor(plugin: unknown, maxOutputLength: number, socket: Socket) {
    this.#plugin = plugin
    this.#maxOutputLength = maxOutputLength
    this.#socket = socket
  }

  /** @param isBytes the answer is to be bytes */
  start({ id, number, text, payload }: Frame, isBytes: boolean): void {
    const end = text.indexOf('\n')
    const out = {
      emit: (kind: string, of: number, value: number, name: string, body: string) =>
        this.#emit(kind, of, value, name, body),
    }
    const call = new Call(this.#p, out, this.#causes, id, text.slice(end + 1))
    const abort = new AbortController()
    this.#served.set(id, { call, abort, time: new OwnTime(() => performance.now()) })
    const shared = this.#sharedOf(text.slice(0, end), payload.slice(0, number))
    const context = new TrustedContext(call, shared, abort)
    // What a handler leaves behind, such as a timer, still logs to the call it belongs to.
    this.#current.run(call, () => void this.#run(call, context, payload.slice(number), isBytes))
  }

  reply(id: number, number: number, json: string): void {
    this.#settle(id, number)?.resolve(JSON.parse(json))
  }

  replyError(id: number, number: number, code: string, message: string): void {
    const error = this.#served.get(id)?.call.hostError(number, code, message)
    this.#settle(id, number)?.reject(error)
  }

  /** Nobody waits for the call any more, which may finish all the same. */
  tell(id: number, code: string, message: string): void {
    const served = this.#served.get(id)
    served?.abort.abort(served.call.codedError(code, message))
  }

  /** Nobody waits for the call any more. What it does not end by itself is the host's to end. */
  cancel(id: number, code: string, message: string): void {
    const served = this.#served.get(id)
    if (served === undefined) return
    served.abort.abort(served.call.codedError(code, message))
    served.call.cancel(code, message)
    served.pump?.cancel()
  }

  credit(id: number, bytes: number): void {
    this.#served.get(id)?.pump?.add(bytes)
  }

  /** For the console: to the log of the call it was said in; what belongs to none goes nowhere. */
  log(level: string, parts: readonly unknown[]): void {
    const message = parts.map((part) => (typeof part === 'string' ? part : inspect(part))).join(' ')
    this.#current.getStore()?.log(level, message, undefined)
  }

  async #run(
    call: Call,
    context: TrustedContext,
    inputJson: string,
    isBytes: boolean,
  ): Promise<void> {
    const handler = findHandler(this.#plugin, call.headLine(0))
    if (handler === undefined) return call.finish('F', 'handler-missing', '')
    try {
      const value = await handler(JSON.parse(inputJson), context)
      if (isBytes) await this.#stream(call, value)
      else this.#answer(call, value)
    } catch (error) {
      this.#fail(call, error)
    }
  }

  #answer(call: Call, value: unknown): void {
    let text: string | undefined
    try {
      text = JSON.stringify(value)
    } catch (error) {
      call.finish('F', 'output-not-json', thrownMessage(this.#p, error))
      return
    }
    // JSON has no word for `undefined`: a handler that answers nothing answers null.
    const output = text ?? 'null'
    if (output.length > this.#maxOutputLength) {
      call.finish('F', 'output-too-large', `${output.length}`)
    } else call.finish('O', '', output)
  }

  async #stream(call: Call, value: unknown): Promise<void> {
    const { id } = call
    const served = this.#served.get(id)
    const source = byteSource(value)
    const stray = (what: string) => this.#socket.send(fromTrusted.noBytes, id, 0, what, '')
    if (source === undefined || served === undefined) {
      stray(value === null ? 'null' : typeof value)
      call.finish('F', 'threw', '')
      return
    }
    served.pump = new BytePump(source, {
      begin: (fileName) => this.#socket.send(fromTrusted.bytesBegin, id, 0, fileName, ''),
      send: (bytes) => this.#socket.sendBytes(fromTrusted.bytes, id, bytes),
      // A client that takes its time is nothing that the plugin spends.
      waits: () => served.time.asks(),
      goesOn: () => served.time.isAnswered(),
    })
    if (served.abort.signal.aborted) served.pump.cancel()
    const end = await served.pump.run()
    if (end.kind === 'stray') stray(end.what)
    call.finish(end.kind === 'done' ? 'O' : 'F', end.kind === 'done' ? '' : 'threw', 'null')
  }

  #fail(call: Call, error: unknown): void {
    const isObject = typeof error === 'object' && error !== null
    const cause = isObject ? this.#causes.get(error) : undefined
    if (cause !== undefined) {
      const end = cause.indexOf(' ')
      call.finish('F', cause.slice(0, end), cause.slice(end + 1))
      return
    }
    const code = thrownText(this.#p, error, 'code')
    const message = thrownMessage(this.#p, error)
    if (code !== '' && thrownText(this.#p, error, 'name') === 'Refusal') {
      call.finish('N', code, message)
      return
    }
    const stack = thrownText(this.#p, error, 'stack')
    if (stack !== '') call.log('error', 'The handler threw', { stack })
    call.finish('F', 'threw', message)
  }

  #emit(kind: string, id: number, number: number, name: string, body: string): void {
    const served = this.#served.get(id)
    const frame = frameKinds[kind]
    if (served === undefined || frame === undefined) return
    if (kind === 'H') served.time.asks()
    const isEnd = kind === 'O' || kind === 'N' || kind === 'F'
    if (isEnd) this.#served.delete(id)
    // What a call took is the number of its end: 32 bits, more than an hour.
    const value = isEnd ? Math.min(served.time.us, 0xffffffff) : number
    this.#socket.send(frame, id, value, name, body)
  }

  #settle(id: number, number: number) {
    const served = this.#served.get(id)
    const waiter = served?.call.takeWaiter(number)
    if (waiter !== undefined) served?.time.isAnswered()
    return waiter
  }

  #sharedOf(tenant: string, configJson: string): GuestShared {
    return {
      tenant,
      config: this.#settings.get(configJson),
      // Unlike a guest's, this clock goes on while a handler computes.
      clock: {
        get now() {
          return Date.now()
        },
      } as GuestShared['clock'],
      primordials: this.#p,
      digest: this.#digest,
      printable: (value) => (typeof value === 'string' ? value : inspect(value)),
    }
  }
}
