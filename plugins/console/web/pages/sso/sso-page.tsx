import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Connection, connectionsPath } from './connection.ts'
import { ConnectionTable } from './connection-table.tsx'
import { EditConnection } from './edit-connection.tsx'
import { PolicyCard } from './policy-card.tsx'

/** By what people of the tenant prove who they are: its providers, and whether there is another way in. */
export function SsoPage() {
  const { t } = useTranslation('sso')
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('title')} />
  ) : (
    <SignIn key={tenant} tenant={tenant} />
  )
}

/** In the address for a connection that is not there yet; no id has it. */
const NEW = '+'

function SignIn({ tenant }: { tenant: string }) {
  const { t } = useTranslation('sso')
  // Who says which provider proves people can become anybody: no role of the tenant's own gives it.
  const mayWrite = may(useViewer(), 'sso.write')
  const [open, setOpen] = useParam('connection')
  const path = connectionsPath(tenant)
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Listed<Connection>>('GET', path, { signal }),
  })
  const connections = data?.items ?? []
  const chosen = connections.find(({ id }) => id === open)
  const close = () => setOpen(undefined)
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        {mayWrite && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(NEW)}>
            {t('new')}
          </Button>
        )}
      </PageHead>
      {isLoadingError && <ProblemNote error={error} />}
      <ConnectionTable
        tenant={tenant}
        connections={connections}
        isPending={isPending}
        mayWrite={mayWrite}
        onEdit={setOpen}
      />
      <CliLine command={curlText('GET', path)} />
      <PolicyCard tenant={tenant} mayWrite={mayWrite} hasConnection={connections.length > 0} />
      <Drawer
        open={mayWrite && (open === NEW || chosen !== undefined)}
        onClose={close}
        title={chosen?.name ?? t('new')}
        size={560}
        destroyOnHidden
      >
        <EditConnection key={open} tenant={tenant} connection={chosen} onDone={close} />
      </Drawer>
    </div>
  )
}
