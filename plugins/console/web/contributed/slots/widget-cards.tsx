import { Card } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Library } from '../../app/library.tsx'
import { usePlaceQuery } from '../../app/place-query.ts'
import { textIn } from '../../texts/languages.ts'
import { BlockCard } from '../blocks/block-card.tsx'
import { ContributedContext } from '../contributed-context.ts'
import { FaultBoundary } from '../fault-boundary.tsx'
import { FramedPage } from '../frame/framed-page.tsx'
import { ModulePage } from '../module/module-page.tsx'
import { linkedPage } from '../offered-pages.ts'
import type { OfferedPage } from '../page-spec.ts'
import { wordsOf } from '../words.ts'
import { slotKey } from './offered-slots.ts'
import { openingPlace } from './opening.ts'
import { pageOfWidget } from './slot-page.ts'
import type { Widget } from './slot-spec.ts'
import '../contributed.css'

/** As the schema bounds `height`. */
const MOST_HEIGHT = 480
const FIRST_HEIGHT = 240
const NO_PARAMS: ReadonlyMap<string, string> = new Map()

export function WidgetCards({
  widgets,
  pages,
}: {
  widgets: readonly Widget[]
  pages: readonly OfferedPage[]
}) {
  return (
    <Library>
      <div className="widgets">
        {widgets.map((widget) => (
          <WidgetCard key={slotKey(widget)} widget={widget} pages={pages} />
        ))}
      </div>
    </Library>
  )
}

/** One card, with whose it is: whatever goes wrong in it stays there. */
function WidgetCard({ widget, pages }: { widget: Widget; pages: readonly OfferedPage[] }) {
  const { i18n } = useTranslation()
  const keep = usePlaceQuery()
  const { plugin, version, spec } = widget
  const place = useMemo(
    () => ({
      page: pageOfWidget(widget),
      pages,
      params: NO_PARAMS,
      words: wordsOf(pages, plugin),
      isCard: true,
    }),
    [widget, pages, plugin],
  )
  const to = openingPlace(pages, plugin, spec.opens, keep)
  const opened = linkedPage(pages, plugin, spec.opens?.page ?? '')
  const title = textIn(spec.title, i18n.language)
  return (
    <article className="widget" aria-label={title}>
      <ContributedContext value={place}>
        <div className="widget-body">
          <FaultBoundary>
            <Shown widget={widget} page={place.page} title={title} />
          </FaultBoundary>
        </div>
      </ContributedContext>
      <div className="widget-foot">
        <small className="by-plugin">
          {plugin} {version}
        </small>
        {to !== undefined && <Link to={to}>{textIn(opened?.spec.title, i18n.language)}</Link>}
      </div>
    </article>
  )
}

function Shown({ widget, page, title }: { widget: Widget; page: OfferedPage; title: string }) {
  const [block] = page.spec.blocks ?? []
  const { page: file, height = FIRST_HEIGHT } = widget.spec
  if (block !== undefined) return <BlockCard block={block} index={0} />
  if (file === undefined) return null
  const isModule = /\.m?js$/.test(file)
  return (
    <Card size="small">
      <h2 className="block-title block-head">{title}</h2>
      {isModule ? (
        <ModulePage page={page} file={file} />
      ) : (
        <FramedPage page={page} file={file} room={{ first: height, most: MOST_HEIGHT }} />
      )}
    </Card>
  )
}
