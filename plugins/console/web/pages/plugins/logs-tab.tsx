import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { WordSearch } from '../../parts/word-search.tsx'
import { LogTable } from './log-table.tsx'
import { filterOf, followCommand, LEVELS, type LogLine } from './logs.ts'
import { tenantPluginPath } from './plugin.ts'
import { VersionFilter } from './version-filter.tsx'

/** How often new lines are asked for while the newest are in sight. */
const followMs = () => 2000

/** What an author writes to have lines here. */
const EXAMPLE = "ctx.log.info('booked', { order })"

interface Props {
  readonly tenant: string
  readonly name: string
  readonly versions: readonly string[]
}

/** What the plugin logged in the tenant, newest first; new lines come by themselves. */
export function LogsTab(props: Props) {
  const { t } = useTranslation('logs')
  const mayRead = may(useViewer(), 'log.read')
  if (!mayRead) return <Alert type="info" showIcon title={t('adminOnly')} />
  return <Logs {...props} />
}

function Logs({ tenant, name, versions }: Props) {
  const { t } = useTranslation('logs')
  const queries = useQueryClient()
  const [level, setLevel] = useParam('level')
  const [version] = useParam('version')
  const [q] = useParam('q')
  const filter = filterOf({ level, version, q })
  const path = `${tenantPluginPath(tenant, name)}/logs`
  const list = useList<LogLine>(path, filter, true, followMs)
  const isBack = (list.data?.pages.length ?? 1) > 1
  const isFiltered = Object.values(filter).some((word) => word !== undefined)
  const empty = isFiltered ? (
    <EmptyState text={t('noneSuch')} />
  ) : (
    <EmptyState text={t('none')} command={EXAMPLE} />
  )
  return (
    <div className="stack">
      <Space wrap role="search">
        <Select
          aria-label={t('level')}
          placeholder={t('level')}
          allowClear
          style={{ minInlineSize: 160 }}
          value={filter.level}
          options={LEVELS.map((one) => ({ value: one, label: t('atLeast', { level: one }) }))}
          onChange={setLevel}
        />
        <VersionFilter versions={versions} />
        <WordSearch label={t('words')} hint={t('wordsHint')} button={t('search')} />
      </Space>
      {isBack && (
        <Space wrap>
          {t('paused')}
          <Button size="small" onClick={() => void queries.resetQueries({ queryKey: [path] })}>
            {t('follow')}
          </Button>
        </Space>
      )}
      <LogTable list={list} empty={empty} />
      <CliLine command={followCommand({ tenant, name }, filter)} />
    </div>
  )
}
