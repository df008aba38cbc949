import { Button, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { zoneText } from '../../parts/formats.ts'
import { Named } from '../../parts/named.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import { readPointer, rowsAt } from '../bind.ts'
import { instant, wordsOf } from '../cells.ts'
import { useContributedPlace } from '../contributed-context.ts'
import type { TimelineSpec } from '../page-spec.ts'
import { toneOf } from '../tones.ts'
import { useSource } from '../use-source.ts'
import { valueWord } from '../words.ts'
import { SourceCard } from './source-card.tsx'

const FIRST_ROWS = 30
const COLORS = { good: 'green', warning: 'orange', bad: 'red', neutral: 'gray' } as const

export function TimelineBlock({ block }: { block: TimelineSpec }) {
  const { t } = useTranslation('contributed')
  const source = useSource(block.source)
  const [isWhole, setWhole] = useState(false)
  const rows = source.answers.flatMap((answer) => rowsAt(answer, block.rows))
  const shown = isWhole ? rows : rows.slice(0, FIRST_ROWS)
  return (
    <SourceCard block={block} source={source}>
      {() => (
        <>
          {rows.length === 0 && <p>{t('empty')}</p>}
          <Moments block={block} rows={shown} />
          {rows.length > shown.length && (
            <Button size="small" onClick={() => setWhole(true)}>
              {t('all', { count: rows.length })}
            </Button>
          )}
          {isWhole && source.hasMore && (
            <Button size="small" onClick={source.more} loading={source.isFetching}>
              {t('more')}
            </Button>
          )}
        </>
      )}
    </SourceCard>
  )
}

function Moments({ block, rows }: { block: TimelineSpec; rows: readonly unknown[] }) {
  const { i18n } = useTranslation()
  const place = usePlace()
  const { words } = useContributedPlace()
  const heading = headingPointer(block, place.language)
  const text = heading === block.heading ? block.text : undefined
  const said = (row: unknown, pointer: string | undefined) => {
    const value = pointer === undefined ? undefined : readPointer(row, pointer)
    if (value === undefined || value === null) return ''
    const labelled = pointer === heading && block.values?.find((one) => one.value === value)
    if (labelled) return textIn(labelled.label, i18n.language)
    const name = pointer?.split('/').at(-1) ?? ''
    return typeof value === 'string'
      ? valueWord(words, name, value, i18n.language)
      : wordsOf(value, place)
  }
  return (
    <Timeline
      items={rows.map((row, index) => ({
        key: index,
        color: COLORS[toneOf(block.tone === undefined ? undefined : readPointer(row, block.tone))],
        content: (
          <div>
            <small title={zoneText(String(readPointer(row, block.at)), place)}>
              {instant(readPointer(row, block.at), place)}
            </small>
            <div>
              <strong>
                <Named text={said(row, heading)} />
              </strong>
              {block.tone !== undefined && said(row, block.tone) !== '' && (
                <span> · {said(row, block.tone)}</span>
              )}
            </div>
            {said(row, text) !== '' && (
              <div>
                <Named text={said(row, text)} />
              </div>
            )}
          </div>
        ),
      }))}
    />
  )
}

/** Where heading and text are the same words in two languages, one of them is enough. */
function headingPointer({ heading, text }: TimelineSpec, language: string): string {
  const base = heading.replace(/\/(en|zh-CN)$/, '')
  if (base === heading || text === undefined || text.replace(/\/(en|zh-CN)$/, '') !== base) {
    return heading
  }
  return language === 'zh-CN' ? `${base}/zh-CN` : `${base}/en`
}
