import { Spin } from 'antd'
import { type ComponentType, lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { callService } from '../../api/call-service.ts'
import { reportPage } from '../../api/page-report.ts'
import { preferences } from '../../app/preferences.ts'
import { useStore } from '../../app/store.ts'
import { useIsDark } from '../../app/use-is-dark.ts'
import { usePlace } from '../../parts/use-place.ts'
import { browserZone } from '../../parts/wall-clock.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { FaultBoundary } from '../fault-boundary.tsx'
import { useLinkedAddress } from '../linked-address.ts'
import { pageAddress } from '../page-address.ts'
import { PagePlaceholder } from '../page-placeholder.tsx'
import type { OfferedPage } from '../page-spec.ts'

/** What a page that is a module is given; it exports a component `Page`. */
export interface ModulePageProps {
  readonly params: Readonly<Record<string, string>>
  readonly language: string
  readonly theme: 'light' | 'dark'
  /** An IANA name. */
  readonly timeZone: string
  readonly call: (service: string, operation: string, input: unknown) => Promise<unknown>
  /** Another page of the same plugin. */
  readonly navigate: (page: string, params?: Readonly<Record<string, string>>) => void
}

interface Props {
  readonly page: OfferedPage
  readonly file: string
}

/** A module in the origin of the host, with the viewer's powers: only of a plugin that the operator has called trusted. */
export function ModulePage({ page, file }: Props) {
  const { t } = useTranslation('contributed')
  const [attempt, setAttempt] = useState(0)
  const retry = () => setAttempt(attempt + 1)
  const address = pageAddress(page.base, file)
  if (page.tier !== 'trusted' || address === undefined) {
    const code = page.tier === 'trusted' ? 'MODULE_ADDRESS' : 'MODULE_NOT_TRUSTED'
    return (
      <PagePlaceholder page={page} code={code} message={t('module.notTrusted')} onRetry={retry} />
    )
  }
  return <Loaded key={attempt} page={page} address={address} attempt={attempt} onRetry={retry} />
}

interface LoadedProps {
  readonly page: OfferedPage
  readonly address: string
  readonly attempt: number
  readonly onRetry: () => void
}

function Loaded({ page, address, attempt, onRetry }: LoadedProps) {
  const { plugin, version } = page
  const given = useGiven()
  const [startedAt] = useState(() => performance.now())
  const Page = useMemo(
    // A module that failed is remembered by its address: only another one asks again.
    () => lazy(() => loadPage(attempt === 0 ? address : `${address}?again=${attempt}`)),
    [address, attempt],
  )
  const report = (error: unknown) =>
    reportPage({
      plugin,
      version,
      outcome: 'failed',
      ms: performance.now() - startedAt,
      code: codeOf(error),
      message: messageOf(error),
    })
  return (
    <FaultBoundary
      onFault={report}
      fallback={(error) => (
        <PagePlaceholder
          page={page}
          code={codeOf(error)}
          message={messageOf(error)}
          onRetry={onRetry}
        />
      )}
    >
      <Suspense fallback={<Spin />}>
        <Page {...given} />
        <Shown
          onShown={() =>
            reportPage({ plugin, version, outcome: 'shown', ms: performance.now() - startedAt })
          }
        />
      </Suspense>
    </FaultBoundary>
  )
}

/** Is there when what stands beside it is: a module that waits, or throws, has none. */
function Shown({ onShown }: { onShown: () => void }) {
  const told = useRef(onShown)
  useEffect(() => told.current(), [])
  return null
}

class NoPage extends Error {}

async function loadPage(address: string): Promise<{ default: ComponentType<ModulePageProps> }> {
  const loaded = (await import(/* @vite-ignore */ address)) as { Page?: unknown }
  if (typeof loaded.Page !== 'function') throw new NoPage('the module exports no Page')
  return { default: loaded.Page as ComponentType<ModulePageProps> }
}

function codeOf(error: unknown): string {
  if (error instanceof NoPage) return 'MODULE_NO_PAGE'
  return error instanceof TypeError && /import/i.test(error.message)
    ? 'MODULE_NOT_LOADED'
    : 'MODULE_THREW'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function useGiven(): ModulePageProps {
  const { i18n } = useTranslation()
  const { scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  const { params } = useContributedPlace()
  const addressOf = useLinkedAddress()
  const navigate = useNavigate()
  const { timeZone = browserZone() } = usePlace()
  return {
    params: useMemo(() => Object.fromEntries(params), [params]),
    language: i18n.language,
    theme: isDark ? 'dark' : 'light',
    timeZone,
    call: callService,
    navigate: (id, handed = {}) => {
      const address = addressOf(id, Object.entries(handed))
      if (address !== undefined) void navigate(address)
    },
  }
}
