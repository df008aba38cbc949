import { App, Button, Select, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import {
  askedNames,
  type Binding,
  grantBody,
  missingConsent,
  parameterText,
  type TenantPlugin,
  tenantPluginPath,
} from './plugin.ts'

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
  const { mutate, isPending } = useBinding(path, state)
  const mayWrite = may(useViewer(), 'binding.write')
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
        {mayWrite && (
          <>
            {state.binding !== 'enabled' && (
              <Button
                type="primary"
                loading={isPending}
                onClick={() => mutate({ binding: 'enabled', consent: missing })}
              >
                {missing.length > 0
                  ? t('consentAndEnable', { count: missing.length })
                  : t('enable')}
              </Button>
            )}
            {state.binding !== 'disabled' && (
              <>
                <Button
                  onClick={() => mutate({ binding: 'held' })}
                  disabled={state.binding === 'held'}
                >
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
          </>
        )}
      </Space>
      {mayWrite && state.binding !== 'enabled' && missing.length > 0 && (
        <Consented state={state} names={missing} />
      )}
      {mayWrite && state.binding !== 'enabled' && (
        <CliLine command={`${cliText(['plugin', 'enable', name], { tenant })} --consent`} />
      )}
      {mayWrite && state.binding !== 'disabled' && (
        <CliLine command={curlText('PUT', path, { binding: 'disabled' })} />
      )}
    </div>
  )
}

/** What the button beside it consents to: the host grants a capability with all that is asked for under its name. */
function Consented({ state, names }: { state: TenantPlugin; names: readonly string[] }) {
  const { t } = useTranslation('plugins')
  const asked = askedNames(state.capabilities).filter(({ name }) => names.includes(name))
  return (
    <section>
      <p>{t('consentsTo')}</p>
      <ul>
        {asked.flatMap(({ name, wishes }) =>
          wishes.map(({ parameters }) => (
            <li key={`${name} ${JSON.stringify(parameters)}`}>
              <code>{name}</code> <small>{parameterText(parameters)}</small>
            </li>
          )),
        )}
      </ul>
    </section>
  )
}

interface Wish {
  readonly binding: Binding
  readonly version?: string
  /** Capabilities that are consented to before. */
  readonly consent?: readonly string[]
}

function useBinding(path: string, state: TenantPlugin) {
  const { t } = useTranslation('plugins')
  return useChange(
    async ({ consent = [], ...body }: Wish) => {
      if (consent.length > 0)
        await request('POST', `${path}/grants`, { body: grantBody(state, consent) })
      return request<TenantPlugin>('PUT', path, { body })
    },
    ({ binding }) => t('bound', { state: t(`bindings.${binding}`) }),
  )
}
