import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, InputNumber, Radio, Select } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { InstantInput } from '../../parts/instant-input.tsx'
import { useWords } from '../contributed-context.ts'
import { valueWord, wordFor } from '../words.ts'
import { FileControl } from './file-control.tsx'
import type { FormName } from './form-faults.ts'
import type { FormField, Group, NumberField, Rows, Variants } from './form-fields.ts'
import { PairsControl } from './pairs-control.tsx'
import { UserControl } from './user-control.tsx'

interface Props<Field = FormField> {
  readonly field: Field
  /** Its place within the list that it stands in, or in the form. */
  readonly at: FormName
  /** Its place in the form. */
  readonly whole?: FormName
}

const WIDE: ReadonlySet<FormField['kind']> = new Set(['long', 'json', 'rows', 'group', 'variants'])

/** One member of an input; what has members itself holds theirs. */
export function FieldControl({ field, at, whole = at }: Props) {
  const { t, i18n } = useTranslation('contributed')
  const words = useWords()
  const label = wordFor(words, field.name, i18n.language)
  const control = nestedControl(field, at, whole, label)
  if (control !== undefined) return <div className="wide">{control}</div>
  return (
    <Form.Item
      className={WIDE.has(field.kind) ? 'wide' : ''}
      name={[...at]}
      label={label}
      extra={field.hint}
      initialValue={initialOf(field)}
      required={field.isRequired}
      rules={field.isRequired ? [{ required: true, message: t('required') }] : []}
    >
      <Control field={field} label={label} />
    </Form.Item>
  )
}

/** What is written as JSON begins as its text. */
function initialOf({ kind, initial }: FormField): unknown {
  return kind === 'json' && initial !== undefined ? JSON.stringify(initial) : initial
}

function nestedControl(
  field: FormField,
  at: FormName,
  whole: FormName,
  label: string,
): ReactNode | undefined {
  if (field.kind === 'group')
    return <GroupControl field={field} at={at} whole={whole} label={label} />
  if (field.kind === 'rows')
    return <RowsControl field={field} at={at} whole={whole} label={label} />
  if (field.kind === 'pairs') {
    return <PairsControl field={field} at={at} whole={whole} label={label} />
  }
  if (field.kind === 'variants') {
    return <VariantsControl field={field} at={at} whole={whole} label={label} />
  }
  return undefined
}

/** The library hands value, id and onChange to what stands in its item. */
function Control({ field, label, ...given }: { field: FormField; label: string }) {
  const { t, i18n } = useTranslation('contributed')
  const words = useWords()
  const word = (value: unknown) => valueWord(words, field.name, String(value), i18n.language)
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...given}
          allowClear={!field.isRequired}
          showSearch={field.choices.length > 10}
          options={field.choices.map((value) => ({ value, label: word(value) }))}
        />
      )
    case 'boolean':
      return (
        <Radio.Group
          {...given}
          options={[
            { value: true, label: t('yes') },
            { value: false, label: t('no') },
          ]}
        />
      )
    case 'number':
    case 'integer':
      return <NumberControl {...given} field={field} />
    case 'date':
      return <Input {...given} type="date" />
    case 'instant':
      return <InstantInput {...given} step={1} />
    case 'user':
      return <UserControl {...given} />
    case 'secret':
      return <Input.Password {...given} autoComplete="off" />
    case 'long':
      return <Input.TextArea {...given} autoSize={{ minRows: 2, maxRows: 10 }} />
    case 'json':
      return <JsonControl {...given} />
    case 'file':
      return (
        <FileControl {...given} maxBytes={field.maxBytes} accept={field.accept} label={label} />
      )
    case 'scalars':
      return (
        <Select
          {...given}
          mode={field.choices === undefined ? 'tags' : 'multiple'}
          tokenSeparators={[',', ' ', '\n']}
          maxCount={field.most}
          placeholder={t('form.several')}
          options={(field.choices ?? []).map((value) => ({ value, label: word(value) }))}
        />
      )
    default:
      return (
        <Input
          {...given}
          {...('maxLength' in field && field.maxLength !== undefined
            ? { maxLength: field.maxLength }
            : {})}
        />
      )
  }
}

function JsonControl(given: object) {
  const { t } = useTranslation('contributed')
  return (
    <Input.TextArea
      {...given}
      className="cell-code"
      spellCheck={false}
      placeholder={t('form.json')}
      autoSize={{ minRows: 3, maxRows: 16 }}
    />
  )
}

function NumberControl({ field, ...given }: { field: NumberField }) {
  return (
    <InputNumber
      {...given}
      style={{ inlineSize: '100%' }}
      {...(field.kind === 'integer' ? { precision: 0 } : {})}
      {...(field.min === undefined ? {} : { min: field.min })}
      {...(field.max === undefined ? {} : { max: field.max })}
    />
  )
}

interface NestedProps<Field> {
  readonly field: Field
  readonly at: FormName
  readonly whole: FormName
  readonly label: string
}

function GroupControl({ field, at, whole, label }: NestedProps<Group>) {
  return (
    <fieldset className="form-group">
      <legend>{label}</legend>
      {field.hint !== undefined && <p className="block-meta">{field.hint}</p>}
      <div className="form-grid">
        {field.fields.map((inner) => (
          <FieldControl
            key={inner.name}
            field={inner}
            at={[...at, inner.name]}
            whole={[...whole, inner.name]}
          />
        ))}
      </div>
    </fieldset>
  )
}

function RowsControl({ field, at, whole, label }: NestedProps<Rows>) {
  const { t } = useTranslation('contributed')
  const form = Form.useFormInstance()
  const isBegun = Array.isArray(form.getFieldValue([...whole]))
  const first = isBegun ? {} : { initialValue: field.isRequired ? [{}] : [] }
  return (
    <fieldset className="form-group form-rows">
      <legend>
        {label}
        {field.isRequired && ' *'}
      </legend>
      {field.hint !== undefined && <p className="block-meta">{field.hint}</p>}
      <Form.List name={[...at]} {...first}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map(({ key, name }, index) => (
              <div key={key}>
                <div className="form-grid">
                  {field.fields.map((inner) => (
                    <FieldControl
                      key={inner.name}
                      field={inner}
                      at={[name, inner.name]}
                      whole={[...whole, name, inner.name]}
                    />
                  ))}
                </div>
                <Button size="small" icon={<DeleteOutlined />} onClick={() => remove(name)}>
                  {t('form.remove', { row: `${label} ${index + 1}` })}
                </Button>
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              disabled={rows.length >= field.most}
              onClick={() => add({})}
              style={{ marginBlockEnd: 12 }}
            >
              {t('form.add', { list: label })}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  )
}

function VariantsControl({ field, at, whole, label }: NestedProps<Variants>) {
  const { i18n } = useTranslation('contributed')
  const words = useWords()
  const chosen: unknown = Form.useWatch([...whole, field.tag])
  const variant = field.variants.find(({ value }) => value === chosen)
  const options = field.variants.map(({ value }) => ({
    value,
    label: valueWord(words, field.tag, value, i18n.language),
  }))
  return (
    <fieldset className="form-group">
      <legend>
        {label}
        {field.isRequired && ' *'}
      </legend>
      {field.hint !== undefined && <p className="block-meta">{field.hint}</p>}
      <div className="form-grid">
        <Form.Item name={[...at, field.tag]} label={wordFor(words, field.tag, i18n.language)}>
          <Select allowClear options={options} />
        </Form.Item>
        {variant?.fields.map((inner) => (
          <FieldControl
            key={inner.name}
            field={inner}
            at={[...at, inner.name]}
            whole={[...whole, inner.name]}
          />
        ))}
      </div>
    </fieldset>
  )
}
