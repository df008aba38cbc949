import { problemOf } from '../../api/problem.ts'
import type { CallSpec } from '../page-spec.ts'
import { FramePace } from './frame-pace.ts'
import { type FrameWord, frameWord, isDeclared } from './frame-words.ts'
import { BEAT_MS, Heartbeat, type Pulse } from './heartbeat.ts'

/** What the console tells a frame of itself. */
export interface FrameSetting {
  readonly language: string
  readonly theme: 'light' | 'dark'
  /** An IANA name. */
  readonly timeZone: string
  readonly params: Readonly<Record<string, string>>
}

export interface FrameEars {
  readonly call: (call: CallSpec, input: unknown, signal: AbortSignal) => Promise<unknown>
  readonly onHello: () => void
  readonly onResize: (height: number) => void
  readonly onNavigate: (page: string, params: Readonly<Record<string, string>>) => void
  readonly onPulse: (pulse: Pulse) => void
  /** It said more than anybody can mean. */
  readonly onFlood: () => void
}

/**
 * The console's end of the talk with one document in a frame. It runs over a port that only this document was given: no other
 * window can speak on it, and a document that replaces this one in the frame has none.
 */
export class FrameBridge {
  readonly #port: MessagePort
  readonly #ears: FrameEars
  readonly #calls: readonly CallSpec[] | undefined
  readonly #pace = new FramePace(performance.now())
  readonly #heart = new Heartbeat(performance.now())
  readonly #timer: ReturnType<typeof setInterval>
  readonly #end = new AbortController()
  #setting: FrameSetting

  private constructor(
    port: MessagePort,
    calls: readonly CallSpec[] | undefined,
    setting: FrameSetting,
    ears: FrameEars,
  ) {
    this.#port = port
    this.#calls = calls
    this.#setting = setting
    this.#ears = ears
    port.onmessage = ({ data }) => this.#hear(data)
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
  }

  /** Hands the document that is in the frame now its end. It has no origin that could be named: it is known by its window. */
  static open(
    frame: Window,
    calls: readonly CallSpec[] | undefined,
    setting: FrameSetting,
    ears: FrameEars,
  ): FrameBridge {
    const { port1, port2 } = new MessageChannel()
    const bridge = new FrameBridge(port1, calls, setting, ears)
    frame.postMessage({ kind: 'signalbox.port' }, '*', [port2])
    return bridge
  }

  tell(setting: FrameSetting): void {
    this.#setting = setting
    this.#port.postMessage({ kind: 'setting', ...setting })
  }

  close(): void {
    clearInterval(this.#timer)
    this.#end.abort()
    this.#port.close()
  }

  #beat(): void {
    const now = performance.now()
    this.#ears.onPulse(this.#heart.pulse(now))
    this.#port.postMessage({ kind: 'ping', beat: this.#heart.send(now) })
  }

  #hear(data: unknown): void {
    if (!this.#pace.hear(performance.now())) {
      if (this.#pace.isFlood) this.#ears.onFlood()
      return
    }
    const word = frameWord(data)
    if (word !== undefined) this.#obey(word)
  }

  #obey(word: FrameWord): void {
    switch (word.kind) {
      case 'hello':
        this.#heart.hello()
        this.tell(this.#setting)
        this.#ears.onHello()
        break
      case 'pong':
        this.#heart.answered(word.beat)
        break
      case 'resize':
        this.#ears.onResize(word.height)
        break
      case 'navigate':
        this.#ears.onNavigate(word.page, word.params)
        break
      case 'call':
        void this.#call(word)
    }
  }

  async #call({ id, service, operation, input }: FrameWord & { kind: 'call' }): Promise<void> {
    const refuse = (code: string, title: string) =>
      this.#answer({ kind: 'refused', id, code, title })
    if (!isDeclared(this.#calls, { service, operation })) {
      refuse('FRAME_CALL_UNDECLARED', `the page does not declare ${service}/${operation}`)
      return
    }
    if (!this.#pace.begin()) {
      refuse('FRAME_CALLS_PENDING', 'too many calls are not answered yet')
      return
    }
    try {
      const value = await this.#ears.call({ service, operation }, input, this.#end.signal)
      this.#answer({ kind: 'answer', id, value })
    } catch (error) {
      const { code, title } = problemOf(error)
      refuse(code, title)
    } finally {
      this.#pace.end()
    }
  }

  #answer(word: object): void {
    if (!this.#end.signal.aborted) this.#port.postMessage(word)
  }
}
