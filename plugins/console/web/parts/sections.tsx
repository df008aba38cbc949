import { Grid, Select, Tabs, type TabsProps } from 'antd'
import { useTranslation } from 'react-i18next'

export type Section = NonNullable<TabsProps['items']>[number]

/**
 * Parts of a page of which one is open: tabs where there is room for all, else a list to choose from. A row of tabs that is cut
 * hides what is there, and its button for the rest is no tab. Two fit everywhere, and need none of this.
 */
export function Sections({
  items,
  open,
  onOpen,
}: {
  items: readonly Section[]
  open: string
  onOpen: (key: string) => void
}) {
  const { t } = useTranslation()
  const { lg = true } = Grid.useBreakpoint()
  const chosen = items.find(({ key }) => key === open) ?? items[0]
  if (chosen === undefined) return null
  if (lg) {
    return <Tabs items={[...items]} activeKey={chosen.key} onChange={onOpen} destroyOnHidden />
  }
  return (
    <div className="stack">
      <Select
        aria-label={t('section')}
        value={chosen.key}
        options={items.map(({ key, label }) => ({ value: key, label }))}
        onChange={onOpen}
      />
      {chosen.children}
    </div>
  )
}
