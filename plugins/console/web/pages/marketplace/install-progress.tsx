import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useLive } from '../../api/live.ts'
import { orNull } from '../../api/or-null.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { type InstalledPlugin, pluginPath } from '../plugins/plugin.ts'
import { useInstallState } from './use-install-state.ts'
import { installationEvents, progressOf } from './version-plan.ts'

const STREAM = ['installation'] as const

/** While nothing is heard by the stream, it is looked at. */
const UNHEARD_MS = 2000

/** How far the installation is, as the host tells it, and where to go on from there. */
export function InstallProgress({
  plugin,
  version,
  isAsked,
}: {
  plugin: string
  version: string
  isAsked: boolean
}) {
  const { t } = useTranslation('marketplace')
  const installed = useInstalled(plugin, version, isAsked)
  const word = useInstallState()
  const progress = progressOf(installed?.state)
  if (progress === 'waiting' && !isAsked) return null
  if (progress === 'waiting' || progress === 'working') {
    const state = installed === undefined ? t('fetching') : word(installed.state)
    return <Alert type="info" showIcon role="status" title={t('installing', { version, state })} />
  }
  if (progress === 'failed') {
    const { fault } = installed ?? {}
    const state = word(installed?.state ?? '')
    return (
      <Alert
        type="error"
        showIcon
        role="status"
        title={t('installFailed', { version, state })}
        description={
          <>
            {fault?.detail} <code>{fault?.code}</code>
          </>
        }
      />
    )
  }
  return <Done plugin={plugin} version={version} isStable={installed?.state === 'stable'} />
}

function Done({
  plugin,
  version,
  isStable,
}: {
  plugin: string
  version: string
  isStable: boolean
}) {
  const { t } = useTranslation('marketplace')
  const keep = usePlaceQuery()
  const rollOut = new URLSearchParams(keep)
  rollOut.set('plugin', plugin)
  rollOut.set('version', version)
  return (
    <Alert
      type="success"
      showIcon
      role="status"
      title={t(isStable ? 'installedStable' : 'installedWarm', { version })}
      description={
        <div className="inline-list">
          <Link to={{ pathname: `/plugins/${encodeURIComponent(plugin)}`, search: keep }}>
            <Button>{t('enableForTenant')}</Button>
          </Link>
          {!isStable && (
            <Link to={{ pathname: '/rollouts/new', search: `?${rollOut}` }}>
              <Button type="primary">{t('rollOut')}</Button>
            </Link>
          )}
        </div>
      }
    />
  )
}

/** Asked for again with each word of the host, which tells live how the installation moves. */
function useInstalled(plugin: string, version: string, isAsked: boolean) {
  const queries = useQueryClient()
  const queryKey = useMemo(() => [pluginPath(plugin), 'progress'], [plugin])
  const [isUnheard, setUnheard] = useState(false)
  const { data } = useQuery({
    queryKey,
    refetchInterval: isUnheard ? UNHEARD_MS : false,
    queryFn: ({ signal }) =>
      orNull(request<InstalledPlugin>('GET', pluginPath(plugin), { signal })),
  })
  const found = data?.versions.find((one) => one.version === version)
  const progress = progressOf(found?.state)
  const isUnderWay = progress === 'working' || (progress === 'waiting' && isAsked)
  const onEvent = useCallback(
    () => void queries.invalidateQueries({ queryKey }),
    [queries, queryKey],
  )
  const live = useLive(isUnderWay ? installationEvents(plugin, version) : null, STREAM, onEvent)
  useEffect(() => setUnheard(isUnderWay && live !== 'live'), [isUnderWay, live])
  return found
}
