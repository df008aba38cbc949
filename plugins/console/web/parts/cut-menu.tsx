import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

/** Of a Select that is given a whole list: where the host has more than the page asks for, it says so below the choices. */
export function useCutMenu({ items, isCut }: { items: readonly unknown[]; isCut: boolean }) {
  const { t } = useTranslation()
  if (!isCut) return {}
  return {
    popupRender: (menu: ReactElement) => (
      <>
        {menu}
        <p className="cut-line">{t('cut', { count: items.length })}</p>
      </>
    ),
  }
}
