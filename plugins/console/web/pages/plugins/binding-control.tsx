import { App, Button, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { type Binding, missingConsent, type TenantPlugin, tenantPluginPath } from './plugin.ts'

export const BINDING_TONES = {
  disabled: 'neutral',
  enabled: 'good',
  pinned: 'warning',
  held: 'warning',
} as const satisfies Record<Binding, Tone>

/** Enable with consent, disable, pin to a version, hold at the present one: the tenant's own switch. */
export function BindingControl({
  tenant,
  name,
  state,
  versions,
}: {
  tenant: string
  name: string
  state: TenantPlugin
  versions: readonly string[]
}) {
  const { t } = useTranslation('plugins')
  const { modal } = App.useApp()
  const path = tenantPluginPath(tenant, name)
  const { mutate, isPending } = useBinding(path)
  const missing = missingConsent(state)
  const disable = () =>
    void modal.confirm({
      title: t('confirmDisable', { plugin: name, tenant }),
      okButtonProps: { danger: true },
      okText: t('disable'),
      onOk: () => mutate({ binding: 'disabled' }),
    })
  return (
    <div className="stack">
      <Space wrap>
        <StatusTag tone={BINDING_TONES[state.binding]} label={t(`bindings.${state.binding}`)} />
        {state.binding !== 'enabled' && (
          <Button
            type="primary"
            loading={isPending}
            onClick={() => mutate({ binding: 'enabled', consent: missing })}
          >
            {missing.length > 0 ? t('consentAndEnable', { count: missing.length }) : t('enable')}
          </Button>
        )}
        {state.binding !== 'disabled' && (
          <>
            <Button onClick={() => mutate({ binding: 'held' })} disabled={state.binding === 'held'}>
              {t('hold')}
            </Button>
            <Select
              aria-label={t('pinTo')}
              placeholder={t('pinTo')}
              style={{ minInlineSize: 140 }}
              value={state.binding === 'pinned' ? state.version : null}
              options={versions.map((version) => ({ value: version, label: version }))}
              onChange={(version) => version !== null && mutate({ binding: 'pinned', version })}
            />
            <Button danger onClick={disable}>
              {t('disable')}
            </Button>
          </>
        )}
      </Space>
      {state.binding !== 'enabled' && (
        <CliLine command={`${cliText(['plugin', 'enable', name], { tenant })} --consent`} />
      )}
      {state.binding !== 'disabled' && (
        <CliLine command={curlText('PUT', path, { binding: 'disabled' })} />
      )}
    </div>
  )
}

interface Wish {
  readonly binding: Binding
  readonly version?: string
  /** Capabilities that are consented to before. */
  readonly consent?: readonly string[]
}

function useBinding(path: string) {
  const { t } = useTranslation('plugins')
  return useChange(
    async ({ consent = [], ...body }: Wish) => {
      if (consent.length > 0)
        await request('POST', `${path}/grants`, { body: { capabilities: consent } })
      return request<TenantPlugin>('PUT', path, { body })
    },
    ({ binding }) => t('bound', { state: t(`bindings.${binding}`) }),
  )
}
