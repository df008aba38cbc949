import { useEffect, useState } from 'react'

/** Whoever types does not ask the host with each letter. */
const TYPING_MS = 250

/** What was typed, once it rests. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
