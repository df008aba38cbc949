import { useQuery } from '@tanstack/react-query'
import { Button, Space, Spin } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { send } from '../../api/request.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { readPointer } from '../bind.ts'
import { useContributedPlace } from '../contributed-context.ts'
import type { PdfSpec } from '../page-spec.ts'
import type { OpenPdf } from '../pdf/open-pdf.ts'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

export function PdfBlock({ block }: { block: PdfSpec }) {
  const { t } = useTranslation('contributed')
  const source = useSource(block.source)
  const named = readPointer(source.answer, block.blob)
  return (
    <SourceCard block={block} source={source}>
      {() =>
        typeof named === 'string' && /^[0-9a-f]{64}$/.test(named) ? (
          <Pages sha256={named} />
        ) : (
          <p>{t('pdf.none')}</p>
        )
      }
    </SourceCard>
  )
}

/** A file that the plugin keeps in the tenant. */
function Pages({ sha256 }: { sha256: string }) {
  const { t } = useTranslation('contributed')
  const tenant = useTenant()
  const { page } = useContributedPlace()
  const path = `/v1/tenants/${encodeURIComponent(tenant ?? '')}/plugins/${encodeURIComponent(page.plugin)}/blobs/${sha256}`
  const { data, error, isPending } = useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => (await send('GET', path, { signal })).arrayBuffer(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (error !== null) return <ProblemNote error={error} />
  if (isPending) return <Spin />
  return (
    <div className="stack">
      <PdfView bytes={data} />
      <a href={path} download={`${sha256.slice(0, 12)}.pdf`}>
        {t('pdf.download')}
      </a>
    </div>
  )
}

function PdfView({ bytes }: { bytes: ArrayBuffer }) {
  const { t } = useTranslation('contributed')
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pdf, setPdf] = useState<OpenPdf>()
  const [error, setError] = useState<unknown>()
  const [at, setAt] = useState(1)
  useEffect(() => {
    let made: OpenPdf | undefined
    let isWanted = true
    import('../pdf/open-pdf.ts')
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
    drawing.done.catch(setError)
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
        aria-label={t('pdf.page', { at, all: pdf?.pages ?? 0 })}
      />
    </div>
  )
}
