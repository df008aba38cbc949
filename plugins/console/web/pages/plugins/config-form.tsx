import { Button, Form, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Fault, problemOf } from '../../api/problem.ts'
import { FaultList } from '../../contributed/form/fault-list.tsx'
import { FieldControl } from '../../contributed/form/field-control.tsx'
import { inputFaults, placedFaults } from '../../contributed/form/form-faults.ts'
import type { FormField } from '../../contributed/form/form-fields.ts'
import { type FormValues, formInput, NotJson } from '../../contributed/form/form-input.ts'
import { formValues } from '../../contributed/form/form-values.ts'
import { useFaultWords } from '../../contributed/form/use-fault-words.ts'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import type { ShownConfig } from './config.ts'
import { useConfigChange } from './use-config-change.ts'

/** A control for each member of the schema; what is wrong stands beside it. */
export function ConfigForm({
  path,
  shown,
  fields,
}: {
  path: string
  shown: ShownConfig
  fields: readonly FormField[]
}) {
  const { t } = useTranslation('config')
  const { t: tc } = useTranslation('contributed')
  const say = useFaultWords()
  const [form] = Form.useForm<FormValues>()
  const [rest, setRest] = useState<readonly Fault[]>([])
  const [sent, setSent] = useState<object>(shown.config)
  const { mutate, isPending, error } = useConfigChange(path, shown)
  const place = (faults: readonly Fault[]) => {
    const { placed, rest: unplaced } = placedFaults(fields, faults)
    form.setFields(placed.map(({ name, errors }) => ({ name: [...name], errors })) as never)
    const [first] = placed
    if (first !== undefined) form.scrollToField([...first.name], { block: 'center', focus: true })
    setRest(unplaced)
  }
  const read = (values: FormValues) => {
    try {
      return formInput(fields, values)
    } catch (thrown) {
      if (!(thrown instanceof NotJson)) throw thrown
      place([{ pointer: thrown.pointer, detail: tc('form.notJson') }])
      return undefined
    }
  }
  const save = (values: FormValues) => {
    const config = read(values)
    if (config === undefined) return
    const faults = inputFaults(shown.schema, config, say)
    place(faults)
    setSent(config)
    if (faults.length > 0) return
    mutate(config, { onError: (refused) => place(problemOf(refused).errors ?? []) })
  }
  return (
    <Form<FormValues>
      form={form}
      name="config"
      layout="vertical"
      requiredMark
      aria-label={t('settings')}
      initialValues={formValues(fields, shown.config)}
      onFinish={save}
    >
      <div className="form-grid">
        {fields.map((field) => (
          <FieldControl key={field.name} field={field} at={[field.name]} />
        ))}
      </div>
      <div className="stack">
        {rest.length > 0 && <FaultList faults={rest} />}
        <ChangeNote error={error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('save')}
          </Button>
          <Button onClick={() => form.resetFields()}>{t('reset')}</Button>
        </Space>
        <CliLine command={curlText('PUT', path, sent)} />
      </div>
    </Form>
  )
}
