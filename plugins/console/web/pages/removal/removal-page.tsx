import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Form, Input, Radio, Skeleton } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { ProblemError, problemOf } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
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

const MISSING = 'CORE_PLUGIN_MISSING'

/** Takes a plugin off the host: what it would take along, what becomes of its data, and how far it has come. */
export function RemovalPage() {
  const { name = '' } = useParams()
  return <OnePlugin key={name} name={name} />
}

/** @returns null: it is not installed, or not any more */
function useInstalled(name: string) {
  return useQuery({
    queryKey: [pluginPath(name), 'removal'],
    queryFn: ({ signal }) => findInstalled(name, signal),
  })
}

async function findInstalled(name: string, signal?: AbortSignal): Promise<InstalledPlugin | null> {
  try {
    const ask = signal === undefined ? {} : { signal }
    return await request<InstalledPlugin>('GET', pluginPath(name), ask)
  } catch (error) {
    if (error instanceof ProblemError && problemOf(error).code === MISSING) return null
    throw error
  }
}

function OnePlugin({ name }: { name: string }) {
  const { t } = useTranslation('removal')
  const [removal, setRemoval] = useState<Removal>()
  const { data: plugin, error } = useInstalled(name)
  const isInstalled = plugin !== null && plugin !== undefined
  return (
    <div className="stack">
      <PageHead title={t('title', { name })} />
      {plugin === undefined && error !== null && <ProblemNote error={error} />}
      {plugin === undefined && error === null && <Skeleton active />}
      {isInstalled && <WhatGoes plugin={plugin} />}
      {removal !== undefined && !isInstalled && <RemovalProgress removal={removal} />}
      {plugin === null && (removal === undefined || isUnfinished(removal)) && (
        <HowFar name={name} isKnown={removal !== undefined} onTold={setRemoval} />
      )}
      {plugin !== undefined && (removal === undefined || isInstalled || !isGone(removal)) && (
        <RemovalForm name={name} isInstalled={isInstalled} onTold={setRemoval} />
      )}
    </div>
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

/** Of one that is removed already: the host says how far it is to who asks to remove it once more. */
function HowFar({
  name,
  isKnown,
  onTold,
}: {
  name: string
  isKnown: boolean
  onTold: (removal: Removal) => void
}) {
  const { t } = useTranslation('removal')
  const { mutate, isPending } = useChange(
    async () => {
      // Somebody may have installed it again meanwhile: then the same question would remove it.
      if ((await findInstalled(name)) !== null) return undefined
      return request<Removal>('DELETE', removalPath(name))
    },
    (removal) => {
      if (removal === undefined) return t('isBack', { name })
      onTold(removal)
      return undefined
    },
  )
  return (
    <>
      {!isKnown && <Alert type="info" showIcon title={t('notInstalled', { name })} />}
      <div>
        <Button loading={isPending} onClick={() => mutate(undefined)}>
          {t('howFar')}
        </Button>
      </div>
    </>
  )
}

interface Wish {
  readonly data: DataWish
  readonly typed: string
}

function RemovalForm({
  name,
  isInstalled,
  onTold,
}: {
  name: string
  isInstalled: boolean
  onTold: (removal: Removal) => void
}) {
  const { t } = useTranslation('removal')
  const [form] = Form.useForm<Wish>()
  const { data = 'keep' } = Form.useWatch([], form) ?? {}
  const { mutate, isPending, error } = useFormChange(
    ({ data: wish }: Wish) => request<Removal>('DELETE', removalPath(name, wish)),
    (removal) => {
      form.resetFields(['typed'])
      onTold(removal)
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
