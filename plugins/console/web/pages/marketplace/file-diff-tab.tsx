import { useQuery } from '@tanstack/react-query'
import { Collapse } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { bytesText } from '../../parts/formats.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { diffLines, type FileChange, type PackageDiff, reviewPath } from './review.ts'

/** Lines of one file that are drawn; the command line has the rest. */
const MOST_LINES = 2000

const TONES = { added: 'good', changed: 'warning', removed: 'bad' } as const

/** The files of a version beside those of the release before it. */
export function FileDiffTab({ id }: { id: string }) {
  const { t } = useTranslation('marketplace')
  const place = usePlace()
  const path = `${reviewPath(id)}/diff`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<PackageDiff>('GET', path, { signal }),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (data === undefined) return <Awaited error={error} />
  const { files, unchanged, isCut } = data
  if (files.length === 0) return <EmptyState text={t('reviews.noFiles')} />
  const sizeOf = (one: FileChange['before']) => (one === null ? '–' : bytesText(one.bytes, place))
  return (
    <div className="stack">
      <p>{t('reviews.unchanged', { count: unchanged })}</p>
      <Collapse
        destroyOnHidden
        items={files.map((file) => ({
          key: file.path,
          label: (
            <span className="inline-list">
              <StatusTag tone={TONES[file.kind]} label={t(`reviews.kinds.${file.kind}`)} />
              <code>{file.path}</code>
              <span className="quiet">
                {sizeOf(file.before)} → {sizeOf(file.after)}
              </span>
            </span>
          ),
          children: <FileDiff file={file} />,
        }))}
      />
      {isCut && <p>{t('reviews.moreFiles')}</p>}
    </div>
  )
}

function FileDiff({ file }: { file: FileChange }) {
  const { t } = useTranslation('marketplace')
  const { diff, untold } = file
  if (diff === null) return <p>{t(`reviews.untold.${untold ?? 'too-large'}`)}</p>
  const { lines, left } = diffLines(diff, MOST_LINES)
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by the keyboard, too */}
      <pre className="long-text diff" tabIndex={0}>
        {lines.map(({ kind, text }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place, and never move
          <span key={at} data-kind={kind}>
            {text}
            {'\n'}
          </span>
        ))}
      </pre>
      {left > 0 && <p className="quiet">{t('reviews.moreLines', { count: left })}</p>}
    </>
  )
}
