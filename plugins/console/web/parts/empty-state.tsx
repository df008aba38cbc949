import type { ReactNode } from 'react'
import { CliLine } from './cli-line.tsx'

/** Nothing is there yet: says why, and what to do first. */
export function EmptyState({
  text,
  command,
  children,
}: {
  text: string
  command?: string
  children?: ReactNode
}) {
  return (
    <div className="empty">
      <svg viewBox="0 0 64 40" aria-hidden="true">
        <path d="M10 22L18 8h28l8 14v12H10zM10 22h14l3 5h10l3-5h14" />
      </svg>
      <p>{text}</p>
      {children}
      {command !== undefined && <CliLine command={command} />}
    </div>
  )
}
