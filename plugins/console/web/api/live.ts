import { useEffect, useRef, useState } from 'react'

export type LiveState = 'connecting' | 'live' | 'lost'

/** A first wait after a loss, and the longest. */
const RETRY_MS = [500, 1000, 2000, 5000, 10_000] as const

/**
 * Follows events of the host (SSE) by the session's cookie. A lost connection the browser itself takes up where it was left; one
 * that was refused begins anew, without what happened meanwhile.
 * @param path null: nothing is followed
 * @param types of the events; those without a type are `message`
 * @param onEvent is called with the parsed data of each
 */
export function useLive(
  path: string | null,
  types: readonly string[],
  onEvent: (type: string, data: unknown, id: string) => void,
): LiveState {
  const [state, setState] = useState<LiveState>('connecting')
  const told = useRef(onEvent)
  told.current = onEvent
  const names = types.join(' ')
  useEffect(() => {
    if (path === null) return
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let losses = 0
    const open = () => {
      source = new EventSource(path)
      source.onopen = () => {
        losses = 0
        setState('live')
      }
      for (const type of names.split(' ')) {
        source.addEventListener(type, (event) =>
          told.current(type, parsed(event.data), event.lastEventId),
        )
      }
      source.onerror = () => {
        setState('lost')
        // A closed one (an answer that is no stream) is not tried again by the browser.
        if (source?.readyState !== EventSource.CLOSED) return
        timer = setTimeout(open, RETRY_MS[Math.min(losses, RETRY_MS.length - 1)])
        losses += 1
      }
    }
    open()
    return () => {
      source?.close()
      clearTimeout(timer)
    }
  }, [path, names])
  return state
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return data
  }
}
