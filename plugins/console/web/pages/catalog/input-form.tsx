import { Form } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import '../../contributed/contributed.css'
import type { InputSchema } from '../../contributed/contract-input.ts'
import { ContributedContext, type ContributedPlace } from '../../contributed/contributed-context.ts'
import { FieldControl } from '../../contributed/form/field-control.tsx'
import { formFields } from '../../contributed/form/form-fields.ts'
import { type FormValues, formInput, NotJson } from '../../contributed/form/form-input.ts'
import { formValues } from '../../contributed/form/form-values.ts'

/** Controls for an input that a contract describes, beginning with one that is there. */
export function InputForm({
  plugin,
  schema,
  start,
  onInput,
}: {
  plugin: string
  schema: InputSchema
  start: unknown
  /** Undefined: half a JSON text, so that what is on the screen is no input yet. */
  onInput: (input: object | undefined) => void
}) {
  const { t } = useTranslation('catalog')
  const [form] = Form.useForm<FormValues>()
  const fields = useMemo(() => formFields(schema, undefined, {}), [schema])
  const place = usePlaceOf(plugin)
  const tell = (_: unknown, values: FormValues) => {
    try {
      onInput(formInput(fields, values))
    } catch (thrown) {
      // What was told before is no longer what is seen.
      if (!(thrown instanceof NotJson)) throw thrown
      onInput(undefined)
    }
  }
  if (fields.length === 0) return <p className="quiet">{t('noInput')}</p>
  return (
    <ContributedContext value={place}>
      <Form<FormValues>
        form={form}
        layout="vertical"
        aria-label={t('input')}
        initialValues={formValues(fields, start)}
        onValuesChange={tell}
      >
        <div className="form-grid">
          {fields.map((field) => (
            <FieldControl key={field.name} field={field} at={[field.name]} />
          ))}
        </div>
      </Form>
    </ContributedContext>
  )
}

/** Members are called as the contract calls them: no page of the plugin gives them names here. */
function usePlaceOf(plugin: string): ContributedPlace {
  return useMemo(() => {
    const spec = { id: 'trial', path: '/', title: { en: plugin } }
    const page = { plugin, version: '', base: undefined, tier: undefined, spec }
    return {
      page,
      pages: [],
      params: new Map(),
      words: { labels: new Map(), values: new Map() },
    }
  }, [plugin])
}
