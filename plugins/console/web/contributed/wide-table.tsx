import type { ReactNode } from 'react'

/**
 * A table that may be wider than its place. The library's own way measures by a style without a nonce, which the policy of the
 * page keeps out.
 */
export function WideTable({ children }: { children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is beside the edge is reached by the keyboard, too
    <div className="wide-table" tabIndex={0}>
      {children}
    </div>
  )
}
