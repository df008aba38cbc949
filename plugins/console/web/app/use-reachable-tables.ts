import { useEffect } from 'react'

const SCROLLED = '.ant-table-content'

/**
 * What scrolls sideways is reached by the keyboard (WCAG 2.1.1): a table that is wider than the window, and has nothing in it to
 * reach, is a stop of its own. The library gives its element no name to say so by.
 */
export function useReachableTables(): void {
  useEffect(() => {
    let frame = 0
    const look = () => {
      frame = 0
      for (const table of document.querySelectorAll<HTMLElement>(SCROLLED)) {
        const isWide = table.scrollWidth > table.clientWidth
        if (isWide) table.tabIndex = 0
        else table.removeAttribute('tabindex')
      }
    }
    // Once a picture, however much has changed.
    const soon = () => {
      if (frame === 0) frame = requestAnimationFrame(look)
    }
    const observer = new MutationObserver(soon)
    observer.observe(document.body, { childList: true, subtree: true })
    window.addEventListener('resize', soon)
    soon()
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', soon)
      cancelAnimationFrame(frame)
    }
  }, [])
}
