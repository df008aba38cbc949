import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Popconfirm, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { COHORTS_PATH, type Cohort, cohortPath } from './cohort.ts'
import { EditCohort } from './edit-cohort.tsx'

/** In the address for a cohort that is not there yet; no name has it. */
const NEW = '+'

/** Who tries new versions first, by names that plans of rollouts use. */
export function CohortsPage() {
  const { t } = useTranslation('cohorts')
  const [open, setOpen] = useParam('cohort')
  const list = useList<Cohort>(COHORTS_PATH)
  const chosen = list.items.find(({ name }) => name === open)
  const close = () => setOpen(undefined)
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen(NEW)}>
          {t('new')}
        </Button>
      </PageHead>
      <p>{t('about')}</p>
      <CohortTable list={list} onEdit={setOpen} />
      <Drawer
        open={open === NEW || chosen !== undefined}
        onClose={close}
        title={chosen?.name ?? t('new')}
        size={480}
        destroyOnHidden
      >
        <EditCohort key={open} cohort={chosen} onDone={close} />
      </Drawer>
    </div>
  )
}

const MOST_SHOWN = 3

function CohortTable({
  list,
  onEdit,
}: {
  list: ReturnType<typeof useList<Cohort>>
  onEdit: (name: string) => void
}) {
  const { t } = useTranslation('cohorts')
  const place = usePlace()
  const { mutate, isPending } = useChange(
    (name: string) => request('DELETE', cohortPath(name)),
    (_, name) => t('removed', { name }),
  )
  return (
    <ListTable<Cohort>
      list={list}
      caption={t('title')}
      rowKey="name"
      empty={
        <EmptyState
          text={t('empty')}
          command="npx signalbox rollout cohorts put suzhou unit:acme/suzhou app:acme/planner"
        />
      }
      expandable={{
        expandedRowRender: ({ name, members }) => (
          <div className="stack">
            <ul>
              {members.map((member) => (
                <li key={member}>
                  <code>{member}</code>
                </li>
              ))}
            </ul>
            <CliLine command={cliText(['rollout', 'cohorts', 'put', name, ...members])} />
          </div>
        ),
      }}
      columns={[
        { title: t('name'), dataIndex: 'name', render: (name: string) => <code>{name}</code> },
        {
          title: t('members'),
          dataIndex: 'members',
          render: (members: Cohort['members']) => (
            <small>
              {members.slice(0, MOST_SHOWN).join(', ') || '–'}
              {members.length > MOST_SHOWN &&
                ` ${t('andMore', { count: members.length - MOST_SHOWN })}`}
            </small>
          ),
        },
        {
          title: t('updated'),
          dataIndex: 'updatedAt',
          render: (at: string) => instantText(at, place),
        },
        {
          title: t('actions'),
          key: 'actions',
          render: (_: unknown, { name }) => (
            <Space>
              <Button
                size="small"
                aria-label={t('changeOf', { name })}
                onClick={() => onEdit(name)}
              >
                {t('change')}
              </Button>
              <Popconfirm
                title={t('confirmRemove', { name })}
                okText={t('remove')}
                onConfirm={() => mutate(name)}
              >
                <Button
                  size="small"
                  danger
                  disabled={isPending}
                  aria-label={t('removeOf', { name })}
                >
                  {t('remove')}
                </Button>
              </Popconfirm>
            </Space>
          ),
        },
      ]}
    />
  )
}
