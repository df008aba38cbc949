import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { agoText, bytesText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { HOOK_TONES, type HookDelivery } from './hooks.ts'

/** What came to a path and what the plugin made of it, newest first, without its content. */
export function HookDeliveries({
  path,
  hook,
  mayChange,
}: {
  path: string
  hook: string
  mayChange: boolean
}) {
  const { t } = useTranslation('hooks')
  const place = usePlace()
  const at = `${path}/${encodeURIComponent(hook)}/deliveries`
  const list = useList<HookDelivery>(at)
  return (
    <>
      <ListTable<HookDelivery>
        list={list}
        caption={t('deliveriesOf', { path: hook })}
        rowKey="id"
        empty={<EmptyState text={t('noDeliveries')} command={curlText('GET', at)} />}
        columns={[
          {
            title: t('received'),
            dataIndex: 'receivedAt',
            render: (iso: string) => <Instant at={iso} />,
          },
          {
            title: t('state'),
            dataIndex: 'state',
            render: (state: HookDelivery['state']) => (
              <StatusTag tone={HOOK_TONES[state]} label={t(`states.${state}`)} />
            ),
          },
          { title: t('attempts'), dataIndex: 'attempts', align: 'end' },
          {
            title: t('lastCode'),
            dataIndex: 'lastCode',
            render: (code: string | null) => (code === null ? '–' : <code>{code}</code>),
          },
          {
            title: t('nextTry'),
            dataIndex: 'nextAt',
            render: (iso: string | null) => (iso === null ? '–' : agoText(iso, Date.now(), place)),
          },
          {
            title: t('size'),
            dataIndex: 'bytes',
            align: 'end',
            render: (bytes: number) => bytesText(bytes, place),
          },
          ...(mayChange
            ? [
                {
                  title: t('actions'),
                  key: 'actions',
                  render: (_: unknown, one: HookDelivery) => <Redeliver at={at} delivery={one} />,
                },
              ]
            : []),
        ]}
      />
      <CliLine command={curlText('GET', at)} />
    </>
  )
}

function Redeliver({ at, delivery: { id, state } }: { at: string; delivery: HookDelivery }) {
  const { t } = useTranslation('hooks')
  const { mutate, isPending } = useChange(
    () => request<unknown>('POST', `${at}/${id}:redeliver`),
    () => t('redelivered'),
  )
  return (
    <Button
      size="small"
      loading={isPending}
      disabled={state === 'waiting'}
      onClick={() => mutate(undefined)}
    >
      {t('redeliver')}
    </Button>
  )
}
