import { Table } from 'antd'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { linkedPage } from './offered-pages.ts'
import type { Contributed, Offered, OfferedPage } from './page-spec.ts'
import { COMMAND_BOUNDS, type SlotBounds, WIDGET_BOUNDS } from './slots/offered-slots.ts'
import type { SlotSpec } from './slots/slot-spec.ts'
import { usePluginCommands, useWidgets } from './slots/use-slots.ts'
import type { ContributedPages } from './use-contributed.ts'

interface Reason {
  readonly key: string
  readonly kind: string
  readonly plugin: string
  readonly name: string
  readonly why: string
}

type Words = TFunction<'contributed'>

/** What plugins put here that is not shown, and why. */
export function NotShown({ contributed }: { contributed: ContributedPages }) {
  const { t } = useTranslation('contributed')
  const widgets = useWidgets()
  const commands = usePluginCommands()
  const { pages, unfit, shadowed } = contributed
  const reasons: Reason[] = [
    ...unfitReasons(t, t('index.kinds.page'), unfit),
    ...shadowed.map((one) =>
      reasonOf(one, t('index.kinds.page'), t('index.taken', { path: one.spec.path })),
    ),
    ...slotReasons(t, t('index.kinds.card'), widgets, WIDGET_BOUNDS),
    ...slotReasons(t, t('index.kinds.command'), commands, COMMAND_BOUNDS),
    ...commands.shown
      .filter((one) => leadsNowhere(one, pages))
      .map((one) => {
        const page = one.spec.opens?.page ?? ''
        return reasonOf(one, t('index.kinds.command'), t('index.opensNothing', { page }))
      }),
  ].map((reason, index) => ({ ...reason, key: String(index) }))
  if (reasons.length === 0) return null
  return (
    <section aria-labelledby="not-shown">
      <h2 id="not-shown" className="card-title">
        {t('index.notShown')}
      </h2>
      <Table<Reason>
        size="small"
        pagination={reasons.length > 50 && { pageSize: 50, showSizeChanger: false }}
        dataSource={reasons}
        columns={[
          { title: t('index.plugin'), dataIndex: 'plugin' },
          { title: t('index.kind'), dataIndex: 'kind' },
          { title: t('index.name'), dataIndex: 'name' },
          { title: t('index.why'), dataIndex: 'why' },
        ]}
      />
    </section>
  )
}

type Keyless = Omit<Reason, 'key'>

function slotReasons(
  t: Words,
  kind: string,
  {
    unfit,
    shadowed,
    left,
  }: Pick<ReturnType<typeof useWidgets>, 'unfit'> & {
    readonly shadowed: readonly Offered<SlotSpec>[]
    readonly left: readonly Offered<SlotSpec>[]
  },
  { each, all }: SlotBounds,
): Keyless[] {
  return [
    ...unfitReasons(t, kind, unfit),
    ...shadowed.map((one) => reasonOf(one, kind, t('index.sameId'))),
    ...left.map((one) => reasonOf(one, kind, t('index.tooMany', { each, all }))),
  ]
}

function unfitReasons(t: Words, kind: string, unfit: readonly Contributed[]): Keyless[] {
  return unfit.map((item) => ({
    kind,
    plugin: `${item.plugin} ${item.version}`,
    name: nameOf(item),
    why: item.owner === null ? t('index.noOwner') : faultsOf(item) || t('index.unfit'),
  }))
}

function reasonOf(
  { plugin, version, spec }: Offered<{ readonly id: string }>,
  kind: string,
  why: string,
): Keyless {
  return { kind, plugin: `${plugin} ${version}`, name: spec.id, why }
}

function leadsNowhere({ plugin, spec }: Offered<SlotSpec>, pages: readonly OfferedPage[]): boolean {
  return spec.opens !== undefined && linkedPage(pages, plugin, spec.opens.page) === undefined
}

/** As long as a schema lets ids be; what does not fit may be any text. */
const MOST_NAME = 100
const MOST_FAULTS = 1000

function nameOf({ value }: Contributed): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
  return typeof id === 'string' ? id.slice(0, MOST_NAME) : '–'
}

function faultsOf({ errors }: Contributed): string {
  return errors
    .map(({ pointer, detail }) => `${pointer} ${detail}`)
    .join('; ')
    .slice(0, MOST_FAULTS)
}
