import { useQuery } from '@tanstack/react-query'
import { Spin } from 'antd'
import { useTranslation } from 'react-i18next'
import { send } from '../../api/request.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { readPointer } from '../bind.ts'
import { useContributedPlace } from '../contributed-context.ts'
import type { PdfSpec } from '../page-spec.ts'
import { PdfView } from '../pdf/pdf-view.tsx'
import { useFileParts } from '../pdf/use-file-parts.ts'
import { useSource } from '../use-source.ts'
import { SourceCard } from './source-card.tsx'

/** A file that the plugin keeps in the tenant, by its hash, or that its operation gives in parts. */
export function PdfBlock({ block }: { block: PdfSpec }) {
  const { t } = useTranslation('contributed')
  const source = useSource(block.source)
  const named = readPointer(source.answer, block.blob)
  return (
    <SourceCard block={block} source={source}>
      {() => {
        if (block.content !== undefined) {
          return <Parts block={block} pointer={block.content} first={source.answer} />
        }
        return typeof named === 'string' && /^[0-9a-f]{64}$/.test(named) ? (
          <Kept sha256={named} />
        ) : (
          <p>{t('pdf.none')}</p>
        )
      }}
    </SourceCard>
  )
}

interface PartsProps {
  readonly block: PdfSpec
  readonly pointer: string
  readonly first: unknown
}

function Parts({ block, pointer, first }: PartsProps) {
  const { bytes, error } = useFileParts(block.source, pointer, first)
  const name = readPointer(first, block.name ?? '/name')
  if (bytes === undefined) return error === null ? <Spin /> : <ProblemNote error={error} />
  return <PdfView bytes={bytes} name={typeof name === 'string' ? name : `${block.kind}.pdf`} />
}

function Kept({ sha256 }: { sha256: string }) {
  const tenant = useTenant()
  const { page } = useContributedPlace()
  const path = `/v1/tenants/${encodeURIComponent(tenant ?? '')}/plugins/${encodeURIComponent(page.plugin)}/blobs/${sha256}`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: async ({ signal }) => (await send('GET', path, { signal })).arrayBuffer(),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (data === undefined) return error === null ? <Spin /> : <ProblemNote error={error} />
  return <PdfView bytes={data} name={`${sha256.slice(0, 12)}.pdf`} />
}
