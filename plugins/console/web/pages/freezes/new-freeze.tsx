import { Alert, Button, Checkbox, Drawer, Form, Input, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { browserZone } from '../../parts/wall-clock.ts'
import { type FreezeWish, freezeBody, freezeOptions, WEEKDAYS } from './freeze.ts'

const ID = /^[a-z0-9][a-z0-9-]{0,62}$/

/** A time without rollouts, once or every week. */
export function NewFreeze({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation('freezes')
  return (
    <Drawer open={isOpen} onClose={onClose} title={t('new')} size={480} destroyOnHidden>
      <FreezeForm onDone={onClose} />
    </Drawer>
  )
}

function FreezeForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('freezes')
  const [form] = Form.useForm<FreezeWish>()
  const wish = Form.useWatch([], form)
  const kind = wish?.kind ?? 'once'
  const { timeZone = browserZone() } = usePlace()
  const plugins = useWholeList<{ name: string }>('/v1/plugins')
  const cutMenu = useCutMenu(plugins)
  const { mutate, isPending, error } = useFormChange(
    (one: FreezeWish) =>
      request('PUT', `/v1/rollout-freezes/${encodeURIComponent(one.name)}`, {
        body: freezeBody(one),
      }),
    (_, { name }) => {
      onDone()
      return t('added', { name })
    },
  )
  return (
    <Form<FreezeWish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="freeze"
      layout="vertical"
      initialValues={{
        kind: 'once',
        days: ['fri', 'sat', 'sun'],
        timeZone,
      }}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item
        name="name"
        label={t('name')}
        extra={t('nameHint')}
        rules={[{ required: true, pattern: ID, message: t('nameHint') }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="kind" label={t('kind')}>
        <Radio.Group
          optionType="button"
          options={[
            { value: 'once', label: t('once') },
            { value: 'weekly', label: t('weekly') },
          ]}
          onChange={() => form.setFieldsValue({ from: '', to: '' })}
        />
      </Form.Item>
      <WhenFields kind={kind} />
      <Form.Item name="plugin" label={t('plugin')}>
        <Select
          {...cutMenu}
          allowClear
          showSearch
          loading={plugins.isLoading}
          placeholder={t('all')}
          options={plugins.items.map(({ name }) => ({ value: name, label: name }))}
        />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('reason')}
        rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}
      >
        <Input maxLength={500} />
      </Form.Item>
      <div className="stack">
        <Alert type="info" showIcon title={t('backStays')} />
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('add')}
          </Button>
        </div>
        {wish?.name !== undefined && (
          <CliLine
            command={cliText(
              ['rollout', 'freeze', wish.name],
              freezeOptions(freezeBody({ ...wish, kind })),
            )}
          />
        )}
      </div>
    </Form>
  )
}

/** Once: two instants. Every week: days, and two times by the clock of a zone. */
function WhenFields({ kind }: { kind: FreezeWish['kind'] }) {
  const { t } = useTranslation('freezes')
  const required = [{ required: true, message: t('missing') }]
  return (
    <>
      {kind === 'weekly' && (
        <>
          <Form.Item
            name="days"
            label={t('beginsOn')}
            // A rule of its own: a group of boxes may not say that it is required (ARIA).
            rules={[
              {
                validator: async (_, days: readonly string[]) => {
                  if (days.length === 0) throw new Error(t('missing'))
                },
              },
            ]}
          >
            <Checkbox.Group
              options={WEEKDAYS.map((day) => ({ value: day, label: t(`days.${day}`) }))}
            />
          </Form.Item>
          <Form.Item name="timeZone" label={t('timeZone')} rules={required}>
            <Select
              showSearch
              options={Intl.supportedValuesOf('timeZone').map((zone) => ({
                value: zone,
                label: zone,
              }))}
            />
          </Form.Item>
        </>
      )}
      <Form.Item name="from" label={t('from')} rules={required}>
        {kind === 'once' ? <InstantInput /> : <Input type="time" />}
      </Form.Item>
      <Form.Item
        name="to"
        label={t('to')}
        rules={required}
        {...(kind === 'weekly' ? { extra: t('overnight') } : {})}
      >
        {kind === 'once' ? <InstantInput /> : <Input type="time" />}
      </Form.Item>
    </>
  )
}
