import { report } from './seam.ts'

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

interface Registration {
  readonly type: string
  readonly listener: Listener
  readonly isCapture: boolean
  readonly isOnce: boolean
  isRemoved: boolean
}

interface ListenerOptions {
  readonly capture?: boolean
  readonly once?: boolean
  readonly passive?: boolean
  readonly signal?: EventTarget & { readonly aborted: boolean }
}

/** Gives an event to the listeners of a target, until one of them stops it. */
let deliver: (event: Event, target: EventTarget, registrations: readonly Registration[]) => void

/** https://dom.spec.whatwg.org/#interface-event. There is no tree: an event is at its target, or nowhere. */
export class Event {
  static readonly NONE = 0
  static readonly CAPTURING_PHASE = 1
  static readonly AT_TARGET = 2
  static readonly BUBBLING_PHASE = 3
  readonly type: string
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly composed: boolean
  readonly timeStamp: number
  readonly isTrusted = false
  target: EventTarget | null = null
  currentTarget: EventTarget | null = null
  eventPhase = 0
  defaultPrevented = false
  cancelBubble = false
  #isStopped = false

  constructor(
    type: string,
    options: { bubbles?: boolean; cancelable?: boolean; composed?: boolean } = {},
  ) {
    this.type = `${type}`
    this.bubbles = Boolean(options.bubbles)
    this.cancelable = Boolean(options.cancelable)
    this.composed = Boolean(options.composed)
    this.timeStamp = Date.now()
  }

  composedPath(): EventTarget[] {
    return this.currentTarget === null ? [] : [this.currentTarget]
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true
  }

  stopPropagation(): void {
    this.cancelBubble = true
  }

  stopImmediatePropagation(): void {
    this.cancelBubble = true
    this.#isStopped = true
  }

  static {
    deliver = (event, target, registrations) => {
      event.target = target
      event.currentTarget = target
      event.eventPhase = Event.AT_TARGET
      for (const registration of registrations) {
        if (event.#isStopped) break
        if (registration.isRemoved) continue
        if (registration.isOnce) registration.isRemoved = true
        invoke(registration.listener, event)
      }
      event.currentTarget = null
      event.eventPhase = Event.NONE
      event.cancelBubble = false
      event.#isStopped = false
    }
  }
}

/** https://dom.spec.whatwg.org/#interface-eventtarget */
export class EventTarget {
  #registrations: Registration[] = []

  addEventListener(
    type: string,
    listener: Listener | null,
    options: boolean | ListenerOptions = {},
  ) {
    const { capture = false, once = false, signal } = optionsOf(options)
    if (listener === null || signal?.aborted) return
    if (this.#find(`${type}`, listener, capture) !== undefined) return
    const registration: Registration = {
      type: `${type}`,
      listener,
      isCapture: capture,
      isOnce: once,
      isRemoved: false,
    }
    this.#registrations.push(registration)
    signal?.addEventListener('abort', () => this.#remove(registration), { once: true })
  }

  removeEventListener(
    type: string,
    listener: Listener | null,
    options: boolean | ListenerOptions = {},
  ) {
    if (listener === null) return
    const found = this.#find(`${type}`, listener, optionsOf(options).capture ?? false)
    if (found !== undefined) this.#remove(found)
  }

  /** What a listener throws goes to the log of the call. @returns false when a listener prevented the default. */
  dispatchEvent(event: Event): boolean {
    const heard = this.#registrations.filter(({ type }) => type === event.type)
    deliver(event, this, heard)
    this.#registrations = this.#registrations.filter(({ isRemoved }) => !isRemoved)
    return !event.defaultPrevented
  }

  #find(type: string, listener: Listener, isCapture: boolean): Registration | undefined {
    return this.#registrations.find(
      (one) =>
        one.type === type &&
        one.listener === listener &&
        one.isCapture === isCapture &&
        !one.isRemoved,
    )
  }

  #remove(registration: Registration): void {
    registration.isRemoved = true
    this.#registrations = this.#registrations.filter((one) => one !== registration)
  }
}

function optionsOf(options: boolean | ListenerOptions): ListenerOptions {
  return typeof options === 'boolean' ? { capture: options } : options
}

function invoke(listener: Listener, event: Event): void {
  try {
    if (typeof listener === 'function') listener.call(event.currentTarget, event)
    else listener.handleEvent(event)
  } catch (error) {
    report(`A listener of "${event.type}"`, error)
  }
}
