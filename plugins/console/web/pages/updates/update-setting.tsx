import { Button, Card, Form, InputNumber, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type PluginUpdates, UPDATE_MODES, type UpdateMode, updatesPathOf } from './update.ts'

interface Setting {
  readonly updates: UpdateMode
  readonly minimumAgeHours: number
}

/** A year: what has to be older than that is not meant to come by itself. */
const MOST_HOURS = 8760

/** Which newer versions are rolled out by themselves, and how old they have to be. */
export function UpdateSetting({
  name,
  setting,
  effectiveHours,
}: {
  name: string
  setting: Setting
  /** What the host waits for, whoever asked for it. */
  effectiveHours: number
}) {
  const { t } = useTranslation('updates')
  const [form] = Form.useForm<Setting>()
  const { updates = setting.updates, minimumAgeHours = setting.minimumAgeHours } =
    Form.useWatch([], form) ?? {}
  const { mutate, isPending, error } = useFormChange(
    (body: Setting) => request<PluginUpdates>('PUT', updatesPathOf(name), { body }),
    (stored) => t('set', { mode: t(`modes.${stored.updates}`) }),
  )
  return (
    <Card size="small" title={t('setting')}>
      <Form<Setting>
        form={form}
        name="updates"
        layout="vertical"
        style={{ maxInlineSize: 560 }}
        initialValues={setting}
        onFinish={(wish) => mutate(wish)}
      >
        <Form.Item name="updates" label={t('mode')} extra={t(`modeHints.${updates}`)}>
          <Radio.Group
            options={UPDATE_MODES.map((mode) => ({ value: mode, label: t(`modes.${mode}`) }))}
          />
        </Form.Item>
        <Form.Item
          name="minimumAgeHours"
          label={t('minimumAge')}
          extra={t('minimumAgeHint', { count: effectiveHours })}
          rules={[{ required: true, message: t('missing') }]}
        >
          <InputNumber min={0} max={MOST_HOURS} precision={0} />
        </Form.Item>
        <div className="stack">
          {error !== null && <ProblemNote error={error} />}
          <div>
            <Button type="primary" htmlType="submit" loading={isPending}>
              {t('save')}
            </Button>
          </div>
          <CliLine
            command={cliText(['updates', 'set', name, updates], {
              'minimum-age-hours': String(minimumAgeHours),
            })}
          />
        </div>
      </Form>
    </Card>
  )
}
