import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input, Radio, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { orNull } from '../../api/or-null.ts'
import type { Problem } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { Figures } from '../../parts/figures.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type InstalledPlugin, pluginPath } from '../plugins/plugin.ts'
import {
  DATA_WISHES,
  type DataWish,
  isGone,
  isUnfinished,
  type Removal,
  removalPath,
} from './removal.ts'
import { RemovalProgress } from './removal-progress.tsx'

/** So long between two looks, while it goes on. */
const EVERY_MS = 2000
/** So long, when nothing is expected: somebody else may install it again. */
const CALM_MS = 10_000
const isNoPlugin = ({ code }: Problem) => code === 'CORE_PLUGIN_MISSING'

/** Takes a plugin off the host: what it would take along, what becomes of its data, and how far it has come. */
export function RemovalPage() {
  const { name = '' } = useParams()
  return <OnePlugin key={name} name={name} />
}

/** @returns null: it is not installed, or not any more */
function useInstalled(name: string) {
  return useQuery({
    queryKey: [pluginPath(name), 'removal'],
    queryFn: ({ signal }) =>
      orNull(request<InstalledPlugin>('GET', pluginPath(name), { signal }), isNoPlugin),
    refetchInterval: ({ state }) => (state.data === null ? CALM_MS : false),
  })
}

/** @returns null: there never was such a plugin */
function useRemoval(name: string, isAsked: boolean) {
  return useQuery({
    queryKey: [removalPath(name)],
    enabled: isAsked,
    queryFn: ({ signal }) =>
      orNull(request<Removal>('GET', removalPath(name), { signal }), isNoPlugin),
    refetchInterval: ({ state: { data } }) =>
      data !== null && data !== undefined && isUnfinished(data) ? EVERY_MS : false,
  })
}

function OnePlugin({ name }: { name: string }) {
  const { t } = useTranslation('removal')
  return (
    <div className="stack">
      <PageHead title={t('title', { name })} />
      <WhatThereIs name={name} />
    </div>
  )
}

function WhatThereIs({ name }: { name: string }) {
  const { t } = useTranslation('removal')
  const installed = useInstalled(name)
  const plugin = installed.data
  const told = useRemoval(name, plugin === null)
  const removal = told.data
  if (plugin !== null && plugin !== undefined) {
    return (
      <>
        <WhatGoes plugin={plugin} />
        <RemovalForm name={name} isInstalled />
      </>
    )
  }
  if (removal === null) return <Alert type="info" showIcon title={t('neverThere', { name })} />
  if (removal === undefined) {
    const error = installed.error ?? told.error
    return error === null ? <Skeleton active /> : <ProblemNote error={error} />
  }
  return (
    <>
      <RemovalProgress removal={removal} />
      {!isGone(removal) && <RemovalForm name={name} isInstalled={false} />}
    </>
  )
}

function WhatGoes({ plugin: { name, stableVersion, versions } }: { plugin: InstalledPlugin }) {
  const { t } = useTranslation('removal')
  const keep = usePlaceQuery()
  const services = [
    ...new Set(versions.flatMap((one) => one.services.map(({ id, major }) => `${id}@${major}`))),
  ]
  return (
    <>
      <Alert type="warning" showIcon title={t('about')} description={t('obstacles')} />
      <Figures
        items={[
          [
            t('plugin'),
            <Link
              key="plugin"
              to={{ pathname: `/plugins/${encodeURIComponent(name)}`, search: keep }}
            >
              {name}
            </Link>,
          ],
          [t('stable'), stableVersion ?? '–'],
          [t('versions'), versions.map(({ version }) => version).join(', ') || '–'],
          [t('services'), services.join(', ') || '–'],
        ]}
      />
    </>
  )
}

interface Wish {
  readonly data: DataWish
  readonly typed: string
}

function RemovalForm({ name, isInstalled }: { name: string; isInstalled: boolean }) {
  const { t } = useTranslation('removal')
  const [form] = Form.useForm<Wish>()
  const { data = 'keep' } = Form.useWatch([], form) ?? {}
  const { mutate, isPending, error } = useFormChange(
    ({ data: wish }: Wish) => request<Removal>('DELETE', `${pluginPath(name)}?data=${wish}`),
    (removal) => {
      form.resetFields(['typed'])
      return isUnfinished(removal) ? t('goesOn', { name }) : t('done', { name })
    },
  )
  return (
    <Card size="small" title={t(isInstalled ? 'remove' : 'otherWish')}>
      <Form<Wish>
        form={form}
        scrollToFirstError={{ focus: true }}
        name="removal"
        layout="vertical"
        style={{ maxInlineSize: 560 }}
        initialValues={{ data: 'keep' }}
        onFinish={(wish) => mutate(wish)}
      >
        <Form.Item name="data" label={t('data')} extra={t(`wishHints.${data}`)}>
          <Radio.Group
            options={DATA_WISHES.map((wish) => ({ value: wish, label: t(`wishes.${wish}`) }))}
          />
        </Form.Item>
        <Form.Item
          name="typed"
          label={t('typeName', { name })}
          rules={[
            {
              validator: async (_rule, typed = '') => {
                if (typed !== name) throw new Error(t('otherName'))
              },
            },
          ]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <div className="stack">
          {error !== null && <ProblemNote error={error} />}
          <div>
            <Button danger type="primary" htmlType="submit" loading={isPending}>
              {t(isInstalled ? 'remove' : 'apply')}
            </Button>
          </div>
          <CliLine command={cliText(['plugin', 'remove', name], { data })} />
        </div>
      </Form>
    </Card>
  )
}
