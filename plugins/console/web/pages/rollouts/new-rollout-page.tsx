import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input, InputNumber, Radio, Select, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { textIn } from '../../texts/languages.ts'
import { stepsByWeights } from './own-weights.ts'
import { type RolloutSummary, type Sentence, type Step, startLine } from './rollout.ts'
import { useRunningOther } from './running-other.ts'

const ROLLOUTS = '/v1/rollouts'

const COHORTS = ['request', 'subject', 'app', 'unit', 'tenant', 'entity'] as const

interface PluginVersions {
  readonly stableVersion: string | null
  readonly versions: readonly { readonly version: string; readonly state: string }[]
}

interface Wish {
  readonly plugin: string
  readonly version: string
  readonly steps?: readonly Step[]
  readonly cohortBy?: string
  readonly salt?: string
}

interface Validation {
  readonly faults: readonly { readonly pointer: string; readonly detail: string }[]
  readonly notes: readonly Sentence[]
  readonly planChoice: { readonly sentence: Sentence } | null
  readonly traffic: {
    readonly seen: { readonly minutes: number; readonly calls: number; readonly failed: number }
  } | null
  readonly salt: string
  readonly cohorts: readonly Previewed[]
}

interface Previewed {
  readonly call: Readonly<Record<string, string>>
  readonly fromStep: number | null
  readonly steps: readonly { readonly has: 'old' | 'new' | 'drawn' }[]
}

interface Fields {
  readonly plugin: string
  readonly version: string
  readonly plan: 'default' | 'own'
  readonly weights: string
  readonly minutes: number
  readonly calls: number
  readonly cohortBy?: string
}

/** Plans a rollout: what it would do is told before anything is done. */
export function NewRolloutPage() {
  const { t } = useTranslation('rollouts')
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [query] = useSearchParams()
  const [form] = Form.useForm<Fields>()
  const [wish, setWish] = useState<Wish>()
  // What was planned and could not be started is started by the next try, and not planned again.
  const [planned, setPlanned] = useState<string>()
  const check = useMutation({
    mutationFn: (asked: Wish) =>
      request<Validation>('POST', '/v1/rollouts:validate', { body: asked }),
  })
  const other = useRunningOther(wish?.plugin)
  const start = useFormChange(
    async (asked: Wish) => {
      const id = planned ?? (await request<RolloutSummary>('POST', ROLLOUTS, { body: asked })).id
      setPlanned(id)
      return request<RolloutSummary>('POST', `${ROLLOUTS}/${id}/start`, {
        body: other === undefined ? {} : { supersedes: true },
      })
    },
    ({ id }) => {
      void navigate({ pathname: `/rollouts/${id}`, search: keep })
      return t('plan.started')
    },
  )
  const onCheck = (fields: Fields) => {
    const asked = wishOf(fields)
    setPlanned(undefined)
    setWish(asked)
    check.mutate(asked)
  }
  const seen = check.data
  const isSound = seen !== undefined && seen.faults.length === 0
  return (
    <div className="stack">
      <PageHead title={t('plan.title')} />
      <Card size="small">
        <Form<Fields>
          form={form}
          layout="vertical"
          style={{ maxInlineSize: 560 }}
          initialValues={{
            plugin: query.get('plugin') ?? undefined,
            version: query.get('version') ?? undefined,
            plan: 'default',
            weights: '5, 25, 50, 100',
            minutes: 5,
            calls: 100,
          }}
          onFinish={onCheck}
          onValuesChange={() => check.reset()}
        >
          <PlanFields />
          <Button htmlType="submit" loading={check.isPending}>
            {t('plan.check')}
          </Button>
        </Form>
      </Card>
      {check.error !== null && <ProblemNote error={check.error} />}
      {seen !== undefined && <Seen seen={seen} />}
      {start.error !== null && (
        <ProblemNote error={start.error}>
          {planned !== undefined && (
            <Link to={{ pathname: `/rollouts/${planned}`, search: keep }}>
              {t('plan.plannedOnly')}
            </Link>
          )}
        </ProblemNote>
      )}
      {isSound && wish !== undefined && (
        <Start
          wish={wish}
          other={other}
          isPending={start.isPending}
          onStart={() => start.mutate({ ...wish, salt: seen.salt })}
        />
      )}
    </div>
  )
}

/** The last word. Where another rollout of the plugin runs, it is taken back with it. */
function Start({
  wish,
  other,
  isPending,
  onStart,
}: {
  wish: Wish
  other: RolloutSummary | undefined
  isPending: boolean
  onStart: () => void
}) {
  const { t } = useTranslation('rollouts')
  const keep = usePlaceQuery()
  const command = startLine(wish)
  return (
    <>
      {other !== undefined && (
        <Alert
          type="warning"
          showIcon
          title={t('plan.otherRuns', { from: other.from, to: other.to })}
          description={
            <Link to={{ pathname: `/rollouts/${other.id}`, search: keep }}>
              {t('plan.toOther', { plugin: wish.plugin, to: other.to })}
            </Link>
          }
        />
      )}
      <Button type="primary" loading={isPending} onClick={onStart}>
        {other === undefined ? t('plan.start') : t('plan.supersede', { to: other.to })}
      </Button>
      <CliLine command={other === undefined ? command : `${command} --supersedes`} />
    </>
  )
}

function PlanFields() {
  const { t } = useTranslation('rollouts')
  const form = Form.useFormInstance<Fields>()
  const plugin = Form.useWatch('plugin', form)
  const plan = Form.useWatch('plan', form)
  const plugins = useWholeList<{ name: string }>('/v1/plugins')
  const cutMenu = useCutMenu(plugins)
  const path = `/v1/plugins/${encodeURIComponent(plugin ?? '')}`
  const { data } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<PluginVersions>('GET', path, { signal }),
    enabled: Boolean(plugin),
  })
  const others = (data?.versions ?? []).filter(({ version }) => version !== data?.stableVersion)
  return (
    <>
      <Form.Item name="plugin" label={t('plan.plugin')} rules={[{ required: true }]}>
        <Select
          {...cutMenu}
          showSearch
          loading={plugins.isLoading}
          options={plugins.items.map(({ name }) => ({ value: name, label: name }))}
          onChange={() => form.resetFields(['version'])}
        />
      </Form.Item>
      <Form.Item
        name="version"
        label={t('plan.version')}
        rules={[{ required: true }]}
        help={data !== undefined && others.length === 0 ? t('plan.noVersion') : undefined}
      >
        <Select
          options={others.map(({ version, state }) => ({
            value: version,
            label: `${version} · ${state}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="plan" label={t('plan.steps')}>
        <Radio.Group
          options={[
            { value: 'default', label: t('plan.stepsDefault') },
            { value: 'own', label: t('plan.stepsOwn') },
          ]}
        />
      </Form.Item>
      {plan === 'own' && (
        <>
          <Form.Item
            name="weights"
            label={t('plan.weights')}
            rules={[
              {
                validator: async (_rule, text: string) => {
                  if (stepsByWeights(text, { minutes: 0, calls: 1 }) === undefined)
                    throw new Error(t('plan.weightsWrong'))
                },
              },
            ]}
          >
            <Input />
          </Form.Item>
          <Form.Item name="minutes" label={t('plan.holdMinutes')}>
            <InputNumber min={0} max={10_080} />
          </Form.Item>
          <Form.Item name="calls" label={t('plan.holdCalls')}>
            <InputNumber min={1} max={1_000_000} precision={0} />
          </Form.Item>
        </>
      )}
      <Form.Item name="cohortBy" label={t('plan.cohortBy')}>
        <Select
          allowClear
          options={COHORTS.map((key) => ({ value: key, label: t(`cohorts.${key}`) }))}
        />
      </Form.Item>
    </>
  )
}

function wishOf({ plugin, version, plan, weights, minutes, calls, cohortBy }: Fields): Wish {
  const steps = plan === 'own' ? stepsByWeights(weights, { minutes, calls }) : undefined
  return {
    plugin,
    version,
    ...(steps === undefined ? {} : { steps }),
    ...(cohortBy === undefined ? {} : { cohortBy }),
  }
}

function Seen({ seen }: { seen: Validation }) {
  const { t, i18n } = useTranslation('rollouts')
  if (seen.faults.length > 0) {
    const lines = seen.faults.map(({ pointer, detail }) => (
      <li key={`${pointer} ${detail}`}>
        <code>{pointer}</code> {detail}
      </li>
    ))
    return <Alert type="error" showIcon title={t('plan.faults')} description={<ul>{lines}</ul>} />
  }
  return (
    <Card size="small" title={t('plan.choice')}>
      <div className="stack">
        {seen.planChoice !== null && <p>{textIn(seen.planChoice.sentence, i18n.language)}</p>}
        {seen.traffic !== null && <p>{t('plan.traffic', { ...seen.traffic.seen })}</p>}
        {seen.notes.map((note) => (
          <Alert key={note.en} type="warning" showIcon title={textIn(note, i18n.language)} />
        ))}
        {seen.cohorts.length > 0 && (
          <Table
            size="small"
            caption={t('plan.cohorts')}
            rowKey={({ call }) => JSON.stringify(call)}
            pagination={{ pageSize: 10, hideOnSinglePage: true }}
            dataSource={[...seen.cohorts]}
            columns={[
              {
                title: t('plan.caller'),
                dataIndex: 'call',
                render: (call: Previewed['call']) => Object.values(call).join(' / '),
              },
              {
                title: t('plan.from'),
                key: 'from',
                render: (_: unknown, { fromStep, steps }) => {
                  if (fromStep !== null) return t('plan.fromStep', { step: fromStep + 1 })
                  return steps.some(({ has }) => has === 'drawn')
                    ? t('plan.drawn')
                    : t('plan.never')
                },
              },
            ]}
          />
        )}
      </div>
    </Card>
  )
}
