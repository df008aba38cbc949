import type { ReactNode } from 'react'

/**
 * A table that may be wider than its place. The library's own way gives all columns one width, and none what it needs.
 */
export function WideTable({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is beside the edge is reached by the keyboard, too
    <div className="wide-table" tabIndex={0}>
      {children}
    </div>
  )
}
