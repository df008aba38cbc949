import { channelRefusal } from './channel-refusal.ts'
import type { Account, SmtpSession } from './smtp-session.ts'

type Session = Pick<SmtpSession, 'close' | 'isOpen' | 'send'>

interface Ports {
  readonly open: (account: Account, signal: AbortSignal) => Promise<Session>
  /** @returns what takes the timer back */
  readonly after: (ms: number, work: () => void) => () => void
}

/** Connections of one account at once: servers of mail hosts take some five to ten of an address. */
const MAX_OF_ACCOUNT = 2

/** Of all tenants, idle ones included. */
const MAX_SESSIONS = 64

/** Long enough for a burst, short enough that a server does not end it first: most wait five minutes (RFC 5321). */
const IDLE_MS = 30_000

/** Mails that wait for a connection of one account; the host lets fewer calls of a tenant wait. */
const MAX_WAITING = 256

interface Place {
  busy: number
  readonly idle: Set<IdleSession>
  readonly waiting: (() => void)[]
}

interface IdleSession {
  readonly session: Session
  readonly forget: () => void
}

/**
 * Connections that are kept for the next mail, for a while: a handshake costs several round trips. A key stands for a
 * tenant, its settings and its password: no mail goes over a connection that another made.
 */
export class SessionPool {
  readonly #ports: Ports
  readonly #places = new Map<string, Place>()
  #sessions = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param work what is left open by it is kept; where it throws, the connection is closed
   * @throws CHANNEL_TRY_LATER when there is no room before the signal; what `open` and `work` throw
   */
  async use<Result>(
    key: string,
    account: Account,
    signal: AbortSignal,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    const place = this.#places.get(key) ?? { busy: 0, idle: new Set(), waiting: [] }
    this.#places.set(key, place)
    try {
      await turn(place, signal)
      try {
        const session = this.#takeIdle(place) ?? (await this.#open(account, signal))
        return await this.#work(key, place, session, work)
      } finally {
        place.busy--
        place.waiting.shift()?.()
      }
    } finally {
      this.#forgetEmpty(key, place)
    }
  }

  async #work<Result>(
    key: string,
    place: Place,
    session: Session,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    try {
      const result = await work(session)
      this.#keep(key, place, session)
      return result
    } catch (error) {
      this.#close(session)
      throw error
    }
  }

  get size(): number {
    return this.#sessions
  }

  #takeIdle({ idle }: Place): Session | undefined {
    for (const one of idle) {
      idle.delete(one)
      one.forget()
      if (one.session.isOpen) return one.session
      this.#close(one.session)
    }
    return undefined
  }

  async #open(account: Account, signal: AbortSignal): Promise<Session> {
    if (this.#sessions >= MAX_SESSIONS) this.#closeOneIdle()
    if (this.#sessions >= MAX_SESSIONS) {
      throw channelRefusal('CHANNEL_TRY_LATER', 'Too many mails are under way on this host.')
    }
    this.#sessions++
    try {
      return await this.#ports.open(account, signal)
    } catch (error) {
      this.#sessions--
      throw error
    }
  }

  #keep(key: string, place: Place, session: Session): void {
    if (!session.isOpen) {
      this.#close(session)
      return
    }
    const forget = this.#ports.after(IDLE_MS, () => {
      place.idle.delete(one)
      this.#close(session)
      this.#forgetEmpty(key, place)
    })
    const one = { session, forget }
    place.idle.add(one)
  }

  #closeOneIdle(): void {
    for (const [key, place] of this.#places) {
      const [oldest] = place.idle
      if (oldest === undefined) continue
      place.idle.delete(oldest)
      oldest.forget()
      this.#close(oldest.session)
      this.#forgetEmpty(key, place)
      return
    }
  }

  #close(session: Session): void {
    this.#sessions--
    session.close()
  }

  #forgetEmpty(key: string, { busy, idle, waiting }: Place): void {
    if (busy === 0 && idle.size === 0 && waiting.length === 0) this.#places.delete(key)
  }
}

/** Waits until fewer than the most are at work, first come, first served. */
async function turn(place: Place, signal: AbortSignal): Promise<void> {
  const late = () => channelRefusal('CHANNEL_TRY_LATER', 'Other mails of this account came first.')
  if (signal.aborted || place.waiting.length >= MAX_WAITING) throw late()
  if (place.busy < MAX_OF_ACCOUNT && place.waiting.length === 0) {
    place.busy++
    return
  }
  await new Promise<void>((resolve, reject) => {
    const start = () => {
      signal.removeEventListener('abort', stop)
      place.busy++
      resolve()
    }
    const stop = () => {
      const at = place.waiting.indexOf(start)
      if (at >= 0) place.waiting.splice(at, 1)
      reject(late())
    }
    signal.addEventListener('abort', stop, { once: true })
    place.waiting.push(start)
  })
}
