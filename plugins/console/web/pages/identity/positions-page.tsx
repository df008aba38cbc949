import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { maySomewhere } from '../../api/may.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { EditPosition } from './edit-position.tsx'
import { ownUnit, type Position } from './identity.ts'
import { ofTenant } from './identity-paths.ts'
import { PositionHolders } from './position-holders.tsx'
import { UnitSelect } from './unit-select.tsx'
import './identity.css'

/** Posts in units, whoever holds them; their roles reach the unit and all below it. */
export function PositionsPage() {
  const { t } = useTranslation('identity')
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('positions')} />
  ) : (
    <Positions tenant={tenant} />
  )
}

/** In the address for a position that is not there yet. */
const NEW = '+'

function Positions({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const viewer = useViewer()
  const mayWrite = maySomewhere(viewer, 'position.write')
  const [unit = ownUnit(viewer), setUnit] = useParam('unit')
  const [selected, setSelected] = useParam('position')
  const list = useList<Position>('/v1/positions', { tenant, unit })
  const close = () => setSelected(undefined)
  return (
    <div className="stack">
      <PageHead title={t('positions')}>
        {mayWrite && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setSelected(NEW)}>
            {t('newPosition')}
          </Button>
        )}
      </PageHead>
      <search className="filters">
        <UnitSelect
          aria-label={t('unit')}
          tenant={tenant}
          none={t('allUnits')}
          value={unit ?? null}
          onChange={setUnit}
        />
      </search>
      <ListTable<Position>
        list={list}
        caption={t('positions')}
        rowKey="id"
        empty={
          <EmptyState
            text={t('noPositions')}
            command={curlText('PUT', ofTenant('/v1/positions/shift-lead', tenant), {
              name: 'Shift lead',
              unit: 'plant',
              roles: ['member'],
            })}
          />
        }
        expandable={{
          expandedRowRender: (position) => (
            <PositionHolders tenant={tenant} position={position} mayWrite={mayWrite} />
          ),
        }}
        columns={[
          { title: t('name'), dataIndex: 'name' },
          { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
          { title: t('unit'), dataIndex: 'unit' },
          {
            title: t('carries'),
            dataIndex: 'roles',
            render: (roles: Position['roles']) => roles.join(', ') || '–',
          },
          {
            title: t('change'),
            key: 'change',
            render: (_: unknown, { id, name }) =>
              mayWrite && (
                <Button
                  size="small"
                  aria-label={t('changeOf', { name })}
                  onClick={() => setSelected(id)}
                >
                  {t('change')}
                </Button>
              ),
          },
        ]}
      />
      <CliLine command={curlText('GET', ofTenant('/v1/positions', tenant))} />
      <PositionDrawer tenant={tenant} selected={mayWrite ? selected : undefined} onClose={close} />
    </div>
  )
}

function PositionDrawer({
  tenant,
  selected,
  onClose,
}: {
  tenant: string
  selected: string | undefined
  onClose: () => void
}) {
  const { t } = useTranslation('identity')
  return (
    <Drawer
      open={selected !== undefined}
      onClose={onClose}
      title={selected === NEW ? t('newPosition') : selected}
      size={480}
      destroyOnHidden
    >
      {selected !== undefined && (
        <EditPosition
          tenant={tenant}
          id={selected === NEW ? undefined : selected}
          onDone={onClose}
        />
      )}
    </Drawer>
  )
}
