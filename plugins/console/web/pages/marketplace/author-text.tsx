import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { readThisPage } from '../../app/this-page.ts'

const FIRST_HEIGHT = 240
const MOST_HEIGHT = 20_000

/**
 * What an author wrote, as the HTML that the host made of it: in a frame without scripts, forms and a way to the page around
 * it. It has the page's origin only so that it can be measured, and its pictures be read; links open elsewhere.
 */
export function AuthorText({ html, title }: { html: string; title: string }) {
  const { i18n } = useTranslation()
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(FIRST_HEIGHT)
  const measure = useCallback(() => {
    const body = frame.current?.contentDocument?.body
    if (body != null) setHeight(Math.min(body.offsetHeight, MOST_HEIGHT))
  }, [])
  useEffect(() => {
    const observer = new ResizeObserver(measure)
    if (frame.current !== null) observer.observe(frame.current)
    return () => observer.disconnect()
  }, [measure])
  return (
    <iframe
      ref={frame}
      className="author-text"
      title={title}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcDoc={documentOf(html, i18n.language)}
      style={{ blockSize: height }}
      onLoad={measure}
    />
  )
}

/** The styles come as a file: the policy of the page holds for its frames, and lets none stand in the text. */
function documentOf(html: string, language: string): string {
  const styles = `${readThisPage().base}/author-text.css`
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><base target="_blank"><link rel="stylesheet" href="${styles}"></head><body>${html}</body></html>`
}
