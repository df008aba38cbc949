import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** One word of the address, such as a filter: the back button takes it back. Empty takes it out. */
export function useParam(name: string): [string | undefined, (value: string | undefined) => void] {
  const [query, setQuery] = useSearchParams()
  const set = useCallback(
    (value: string | undefined) =>
      setQuery((before) => {
        const next = new URLSearchParams(before)
        if (value === undefined || value === '') next.delete(name)
        else next.set(name, value)
        return next
      }),
    [name, setQuery],
  )
  return [query.get(name) ?? undefined, set]
}
