import { Button, Space } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemNote } from '../../parts/problem-note.tsx'
import type { OpenPdf } from './open-pdf.ts'

interface Props {
  readonly bytes: ArrayBuffer
  /** As it is called where it is saved. */
  readonly name: string
}

/** The pages of a file, one at a time, and the file itself. */
export function PdfView({ bytes, name }: Props) {
  return (
    <div className="stack">
      <Pages bytes={bytes} />
      <SaveLink bytes={bytes} name={name} />
    </div>
  )
}

function SaveLink({ bytes, name }: Props) {
  const { t } = useTranslation('contributed')
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [bytes])
  return (
    <a href={url} download={name}>
      {t('pdf.download')}
    </a>
  )
}

function Pages({ bytes }: { bytes: ArrayBuffer }) {
  const { t } = useTranslation('contributed')
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pdf, setPdf] = useState<OpenPdf>()
  const [error, setError] = useState<unknown>()
  const [at, setAt] = useState(1)
  const [drawn, setDrawn] = useState(0)
  useEffect(() => {
    let made: OpenPdf | undefined
    let isWanted = true
    import('./open-pdf.ts')
      .then(({ openPdf }) => openPdf(bytes))
      .then((opened) => {
        made = opened
        if (isWanted) setPdf(opened)
        else opened.close()
      })
      .catch(setError)
    return () => {
      isWanted = false
      made?.close()
    }
  }, [bytes])
  useEffect(() => {
    if (pdf === undefined || canvas.current === null) return
    const drawing = pdf.draw(at, canvas.current)
    drawing.done.then(() => setDrawn(at)).catch(setError)
    return drawing.cancel
  }, [pdf, at])
  if (error !== undefined) return <ProblemNote error={error} />
  return (
    <div className="stack">
      <Space>
        <Button size="small" disabled={at <= 1} onClick={() => setAt(at - 1)}>
          {t('pdf.before')}
        </Button>
        <span aria-live="polite">{t('pdf.page', { at, all: pdf?.pages ?? 0 })}</span>
        <Button size="small" disabled={at >= (pdf?.pages ?? 1)} onClick={() => setAt(at + 1)}>
          {t('pdf.after')}
        </Button>
      </Space>
      <canvas
        ref={canvas}
        className="pdf-page"
        role="img"
        aria-busy={drawn !== at}
        aria-label={t('pdf.page', { at, all: pdf?.pages ?? 0 })}
      />
    </div>
  )
}
