import { useQuery } from '@tanstack/react-query'
import { Alert, Segmented } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { formFields } from '../../contributed/form/form-fields.ts'
import { fitsForm } from '../../contributed/form/form-values.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { hasSettings, type ShownConfig } from './config.ts'
import { ConfigForm } from './config-form.tsx'
import { ConfigJson } from './config-json.tsx'
import { ConfigRevisions } from './config-revisions.tsx'
import { tenantPluginPath } from './plugin.ts'
import '../../contributed/contributed.css'

/** How the plugin is set up in the tenant, and how it was before. */
export function ConfigTab({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('config')
  const path = `${tenantPluginPath(tenant, name)}/config`
  const { data: shown, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ShownConfig>('GET', path, { signal }),
    // Nobody's typing is thrown away by a look at the window.
    refetchOnWindowFocus: false,
  })
  if (shown === undefined) return <Awaited error={error} />
  if (!hasSettings(shown)) return <EmptyState text={t('none')} />
  return (
    <div className="stack">
      <p>{shown.revision === 0 ? t('unset') : t('revisionIs', { revision: shown.revision })}</p>
      <Editor key={shown.revision} path={path} shown={shown} />
      <ConfigRevisions path={path} present={shown} />
    </div>
  )
}

function Editor({ path, shown }: { path: string; shown: ShownConfig }) {
  const { t } = useTranslation('config')
  const viewer = useViewer()
  const [as, setAs] = useParam('as')
  const fields = formFields(shown.schema, undefined, {})
  const fits = fields.length > 0 && fitsForm(fields, shown.config)
  if (!may(viewer, 'config.write')) return <JsonView value={shown.config} label={t('settings')} />
  const isJson = as === 'json' || !fits
  return (
    <>
      <div>
        <Segmented
          aria-label={t('editAs')}
          value={isJson ? 'json' : 'form'}
          onChange={(value) => setAs(value === 'json' ? 'json' : undefined)}
          options={[
            { value: 'form', label: t('form'), disabled: !fits },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </div>
      {!fits && <Alert type="info" showIcon title={t('noForm')} />}
      {isJson ? (
        <ConfigJson path={path} shown={shown} />
      ) : (
        <ConfigForm path={path} shown={shown} fields={fields} />
      )}
    </>
  )
}
