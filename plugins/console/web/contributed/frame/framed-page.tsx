import { Alert, Button } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { callService } from '../../api/call-service.ts'
import { reportPage } from '../../api/page-report.ts'
import { preferences } from '../../app/preferences.ts'
import { useStore } from '../../app/store.ts'
import { useIsDark } from '../../app/use-is-dark.ts'
import { usePlace } from '../../parts/use-place.ts'
import { browserZone } from '../../parts/wall-clock.ts'
import { textIn } from '../../texts/languages.ts'
import { useContributedPlace } from '../contributed-context.ts'
import { useLinkedAddress } from '../linked-address.ts'
import { pageAddress } from '../page-address.ts'
import { PagePlaceholder } from '../page-placeholder.tsx'
import type { OfferedPage } from '../page-spec.ts'
import { FrameBridge, type FrameEars, type FrameSetting } from './frame-bridge.ts'
import type { Pulse } from './heartbeat.ts'

interface Props {
  readonly page: OfferedPage
  readonly file: string
  readonly room?: FrameRoom
}

/** Heights of a frame, in pixels: before it asks for one, and what it is given at most. */
export interface FrameRoom {
  readonly first: number
  readonly most: number
}

const PAGE_ROOM: FrameRoom = { first: 480, most: 10_000 }

type Fault = 'FRAME_ADDRESS' | 'FRAME_CLOSED' | 'FRAME_FLOOD' | 'FRAME_LEFT'

/** A page that a stranger wrote, in a frame without an origin: it reaches nothing but what the bridge lets through. */
export function FramedPage({ page, file, room = PAGE_ROOM }: Props) {
  const [attempt, setAttempt] = useState(0)
  const [fault, setFault] = useState<Fault>()
  const { plugin, version } = page
  const address = pageAddress(page.base, file)
  const fail = useCallback(
    (code: Fault) => {
      setFault(code)
      reportPage({ plugin, version, outcome: 'failed', ms: 0, code })
    },
    [plugin, version],
  )
  if (address === undefined || fault !== undefined) {
    const retry = () => {
      setFault(undefined)
      setAttempt(attempt + 1)
    }
    return <PagePlaceholder page={page} code={fault ?? 'FRAME_ADDRESS'} onRetry={retry} />
  }
  return <OpenFrame key={attempt} page={page} address={address} room={room} onFault={fail} />
}

interface OpenProps {
  readonly page: OfferedPage
  readonly address: string
  readonly room: FrameRoom
  readonly onFault: (code: Fault) => void
}

function OpenFrame({ page, address, room, onFault }: OpenProps) {
  const { t, i18n } = useTranslation('contributed')
  const [height, setHeight] = useState(room.first)
  const onResize = (wished: number) => setHeight(Math.min(wished, room.most))
  const { frame, pulse, onLoad } = useBridge(page, onFault, onResize)
  return (
    <div className="stack">
      {pulse === 'hanging' && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={t('frame.hanging', { plugin: page.plugin })}
          action={<Button onClick={() => onFault('FRAME_CLOSED')}>{t('frame.close')}</Button>}
        />
      )}
      <iframe
        ref={frame}
        className="frame"
        title={textIn(page.spec.title, i18n.language)}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        src={address}
        height={height}
        onLoad={onLoad}
      />
    </div>
  )
}

function useBridge(
  page: OfferedPage,
  onFault: OpenProps['onFault'],
  onResize: (height: number) => void,
) {
  const frame = useRef<HTMLIFrameElement>(null)
  const bridge = useRef<FrameBridge>(undefined)
  const [pulse, setPulse] = useState<Pulse>('waiting')
  const setting = useSetting()
  const ears = useEars(page, { onFault, onResize, onPulse: setPulse })
  const told = useRef({ ears, setting })
  told.current = { ears, setting }
  useEffect(() => () => bridge.current?.close(), [])
  useEffect(() => bridge.current?.tell(setting), [setting])
  const onLoad = () => {
    const inside = frame.current?.contentWindow
    if (inside === null || inside === undefined) return
    // A second document in the frame is not the one that was let in.
    if (bridge.current !== undefined) {
      onFault('FRAME_LEFT')
      return
    }
    bridge.current = FrameBridge.open(inside, page.spec.calls, told.current.setting, {
      call: (...given) => told.current.ears.call(...given),
      onHello: () => told.current.ears.onHello(),
      onResize: (height) => told.current.ears.onResize(height),
      onNavigate: (...given) => told.current.ears.onNavigate(...given),
      onPulse: (now) => told.current.ears.onPulse(now),
      onFlood: () => told.current.ears.onFlood(),
    })
  }
  return { frame, pulse, onLoad }
}

function useSetting(): FrameSetting {
  const { i18n } = useTranslation()
  const { scheme } = useStore(preferences)
  const isDark = useIsDark(scheme)
  const { params } = useContributedPlace()
  const { timeZone = browserZone() } = usePlace()
  return useMemo(
    () => ({
      language: i18n.language,
      theme: isDark ? ('dark' as const) : ('light' as const),
      timeZone,
      params: Object.fromEntries(params),
    }),
    [i18n.language, isDark, timeZone, params],
  )
}

function useEars(
  page: OfferedPage,
  outward: {
    onFault: OpenProps['onFault']
    onResize: (height: number) => void
    onPulse: (pulse: Pulse) => void
  },
): FrameEars {
  const navigate = useNavigate()
  const addressOf = useLinkedAddress()
  const [openedAt] = useState(() => performance.now())
  const { plugin, version } = page
  return {
    call: ({ service, operation }, input, signal) =>
      callService(service, operation, input, { signal }),
    onHello: () =>
      reportPage({ plugin, version, outcome: 'shown', ms: performance.now() - openedAt }),
    onResize: outward.onResize,
    onPulse: outward.onPulse,
    onFlood: () => outward.onFault('FRAME_FLOOD'),
    onNavigate: (id, params) => {
      const address = addressOf(id, Object.entries(params))
      if (address !== undefined) void navigate(address)
    },
  }
}
