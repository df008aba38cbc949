import { Suspense, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Outlet, useLocation, useNavigation } from 'react-router'
import type { Viewer } from '../api/viewer.ts'
import { Glyph } from '../parts/glyph.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { CommandPalette } from './command-palette.tsx'
import { Navigation } from './navigation.tsx'
import { Overlay } from './overlay.tsx'
import { tellShown } from './report-this-page.ts'
import { useShownTenant } from './shown-tenant.ts'
import { StaleNote } from './stale-note.tsx'
import { TenantPicker } from './tenant-picker.tsx'
import { readThisPage } from './this-page.ts'
import { useReachableTables } from './use-reachable-tables.ts'
import { useTenant } from './viewer-context.ts'
import { ViewerMenu } from './viewer-menu.tsx'
import { shownZone, ZoneContext } from './zone-context.ts'

export function Shell({ viewer }: { viewer: Viewer }) {
  const { t } = useTranslation()
  const [isNavOpen, setNavOpen] = useState(false)
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const main = useFocusOnArrival()
  usePaletteKey(() => setPaletteOpen(true))
  useReachableTables()
  const tenant = useTenant()
  const { shown, isMissing } = useShownTenant(viewer)
  const zone = shownZone(viewer.kind === 'user' ? viewer.timeZone : shown?.timeZone)
  useEffect(tellShown, [])
  const nav = <Navigation onChosen={() => setNavOpen(false)} />
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <header className="shell-head">
        <button
          type="button"
          className="bare-button only-narrow"
          aria-label={t('menu')}
          onClick={() => setNavOpen(true)}
        >
          <Glyph name="menu" />
        </button>
        <strong className={viewer.kind === 'operator' ? 'only-wide' : undefined}>Signalbox</strong>
        {viewer.kind === 'operator' && <TenantPicker shown={shown} />}
        <span className="grow" />
        <button
          type="button"
          className="plain-button"
          aria-label={`${t('search')} · Ctrl K`}
          aria-keyshortcuts="Control+K"
          onClick={() => setPaletteOpen(true)}
        >
          <Glyph name="search" />
          <span className="only-wide">{t('search')} · Ctrl K</span>
        </button>
        <ViewerMenu viewer={viewer} page={readThisPage()} />
      </header>
      <div className="shell-body">
        <nav className="shell-nav" aria-label={t('menu')}>
          {nav}
        </nav>
        <main className="shell-main" id="main" tabIndex={-1} ref={main}>
          <ZoneContext value={zone}>
            <StaleNote />
            {isMissing ? (
              <p role="alert">{t('noTenant', { tenant })}</p>
            ) : (
              <Suspense fallback={<Waiting />}>
                <Outlet />
              </Suspense>
            )}
          </ZoneContext>
        </main>
      </div>
      <Overlay place="side" isOpen={isNavOpen} onClose={() => setNavOpen(false)} title={t('menu')}>
        <nav aria-label={t('menu')}>{nav}</nav>
      </Overlay>
      <CommandPalette isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
    </div>
  )
}

/** A new page begins where a reader of the screen expects it; a filter in the address does not move anybody. */
function useFocusOnArrival() {
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const { state } = useNavigation()
  const before = useRef(pathname)
  useEffect(() => {
    if (state !== 'idle' || before.current === pathname) return
    before.current = pathname
    main.current?.focus()
    window.scrollTo(0, 0)
  }, [pathname, state])
  return main
}

function usePaletteKey(open: () => void): void {
  const told = useRef(open)
  told.current = open
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      told.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
