import type { GuestCall } from '@signalbox/sandbox'
import { CodedError } from '@signalbox/sdk/errors'
import { readableFetch, sentFetch } from '../fetch-text.ts'
import type { RecordedHostCall, RecordedLog, Recording } from '../recording.ts'
import type { RedactedPlace } from '../redacted-marker.ts'
import { answerPlace } from '../redacted-places.ts'
import { type Difference, firstDifference } from './first-difference.ts'
import { TaggedPlaces } from './tagged-places.ts'
import { READ_LINE, watchedCalls } from './watch-reads.ts'

/** Where a replay left the recording. */
export interface Divergence extends Difference {
  /** `host call 2 (db.query)`, `message` or `output`. */
  readonly in: string
}

/** A guest may log 64 KiB a call; near that end it might have had no room to tell what it read. */
const LOG_IS_FULL = 60_000

/** The host as a replayed guest meets it: every answer comes from the recording, in its order. */
export class RecordedHost {
  readonly logs: RecordedLog[] = []
  /** Resolves when the guest asks for what was not asked: from there on the recording has no answers. */
  readonly left: Promise<Divergence>
  readonly inputJson: string
  readonly configJson: string
  readonly #recording: Recording
  readonly #tagged = new TaggedPlaces()
  readonly #read = new Set<RedactedPlace>()
  #leave: (divergence: Divergence) => void = () => undefined
  #asked = 0
  #logLength = 0

  constructor(recording: Recording) {
    this.#recording = recording
    this.inputJson = JSON.stringify(this.#tagged.tag(recording.input, 'input'))
    this.configJson = JSON.stringify(this.#tagged.tag(recording.isolate.config, 'config'))
    this.left = new Promise((resolve) => {
      this.#leave = resolve
    })
  }

  get asked(): number {
    return this.#asked
  }

  /** The redacted fields that the guest has read so far, or may have read unseen, in order. */
  get read(): readonly RedactedPlace[] {
    return this.#logLength > LOG_IS_FULL ? this.#tagged.places : [...this.#read]
  }

  readonly hostCall: GuestCall['hostCall'] = async (name, requestJson, signal) => {
    const number = ++this.#asked
    const recorded = this.#recording.hostCalls[number - 1]
    const divergence = divergenceOf(
      number,
      recorded,
      name,
      readableFetch(name, parsed(requestJson)),
    )
    if (recorded === undefined || divergence !== undefined) {
      if (divergence !== undefined) this.#leave(divergence)
      return forever(signal)
    }
    return this.#answer(number, recorded, signal)
  }

  readonly onLog: GuestCall['onLog'] = (level, message, fields) => {
    this.#logLength += message.length + JSON.stringify(fields).length
    if (message.startsWith(READ_LINE)) {
      const place = this.#tagged.places[Number(message.slice(READ_LINE.length))]
      if (place !== undefined) this.#read.add(place)
    } else this.logs.push({ level, message, fields })
  }

  #answer(
    number: number,
    { name, answer, error }: RecordedHostCall,
    signal: AbortSignal,
  ): Promise<string> | string {
    const place = answerPlace(number, name)
    if (error !== undefined) {
      this.#given(error.message, place)
      throw errorOf(error)
    }
    // It had no answer when the call ended, and it gets none.
    if (answer === undefined) return forever(signal)
    if (watchedCalls.has(name)) return JSON.stringify(this.#tagged.tag(answer, place))
    this.#given(answer, place)
    return JSON.stringify(sentFetch(name, answer))
  }

  /** What goes where reading cannot be seen counts as read. */
  #given(value: unknown, place: string): void {
    const from = this.#tagged.places.length
    this.#tagged.tag(value, place)
    for (const one of this.#tagged.places.slice(from)) this.#read.add(one)
  }
}

function divergenceOf(
  number: number,
  recorded: RecordedHostCall | undefined,
  name: string,
  request: unknown,
): Divergence | undefined {
  if (recorded === undefined || recorded.name !== name) {
    const was = recorded === undefined ? undefined : `${recorded.name}`
    return { in: `host call ${number}`, pointer: '', recorded: was, replayed: name }
  }
  const difference = firstDifference(recorded.request, request)
  return difference === undefined
    ? undefined
    : { in: `host call ${number} (${name})`, ...difference }
}

/** The host's own trouble reached the guest by a code that the sandbox makes; so it does again. */
function errorOf({ code, message }: { code: string; message: string }): Error {
  if (code === 'SBX_HOST_CALL_FAILED') return new Error('recorded')
  const text = { en: '{message}', 'zh-CN': '{message}' }
  return new CodedError(code, { status: 500, message: text, cure: text }, { message }, {})
}

function forever(signal: AbortSignal): Promise<string> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
