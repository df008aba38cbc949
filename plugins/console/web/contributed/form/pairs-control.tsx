import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWords } from '../contributed-context.ts'
import { wordFor } from '../words.ts'
import type { FormName } from './form-faults.ts'
import type { Pairs } from './form-fields.ts'
import type { Pair } from './form-input.ts'

interface Props {
  readonly field: Pairs
  readonly at: FormName
  readonly whole: FormName
  readonly label: string
}

/** Values by names: those that a form begins with are fields of these names; else the names are written, too. */
export function PairsControl({ field, at, whole, label }: Props) {
  const { t } = useTranslation('contributed')
  const form = Form.useFormInstance()
  // What is given has no control of its own, and a form tells of others only when it is asked to.
  const held: unknown = Form.useWatch([...whole], { form, preserve: true })
  const pairs = Array.isArray(held) ? (held as readonly (Pair | undefined)[]) : []
  const isNamed = pairs.some((row) => row?.isGiven === true)
  return (
    <fieldset className="form-group form-rows">
      <legend>
        {label}
        {field.isRequired && ' *'}
      </legend>
      {field.hint !== undefined && <p className="block-meta">{field.hint}</p>}
      <Form.List name={[...at]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            <div className={isNamed ? 'form-grid' : ''}>
              {rows.map(({ key, name }) => (
                <PairRow
                  key={key}
                  at={name}
                  pair={pairs[name]}
                  onRemove={() => remove(name)}
                  row={`${label} ${name + 1}`}
                />
              ))}
            </div>
            <Form.ErrorList errors={errors} />
            {!isNamed && (
              <Button
                type="dashed"
                icon={<PlusOutlined />}
                disabled={rows.length >= field.most}
                onClick={() => add({})}
                style={{ marginBlockEnd: 12 }}
              >
                {t('form.add', { list: label })}
              </Button>
            )}
          </>
        )}
      </Form.List>
    </fieldset>
  )
}

interface RowProps {
  readonly at: number
  readonly pair: Pair | undefined
  readonly row: string
  readonly onRemove: () => void
}

function PairRow({ at, pair, row, onRemove }: RowProps) {
  const { t, i18n } = useTranslation('contributed')
  const words = useWords()
  if (pair?.isGiven === true) {
    return (
      <div>
        <Form.Item name={[at, 'name']} hidden>
          <Input />
        </Form.Item>
        <Form.Item name={[at, 'value']} label={wordFor(words, pair.name ?? '', i18n.language)}>
          {typeof pair.value === 'boolean' ? (
            <Radio.Group
              options={[
                { value: true, label: t('yes') },
                { value: false, label: t('no') },
              ]}
            />
          ) : (
            <Input />
          )}
        </Form.Item>
      </div>
    )
  }
  return (
    <div className="form-grid">
      <Form.Item name={[at, 'name']} label={t('form.name')}>
        <Input />
      </Form.Item>
      <Form.Item name={[at, 'value']} label={t('form.value')}>
        <Input />
      </Form.Item>
      <Button size="small" icon={<DeleteOutlined />} onClick={onRemove}>
        {t('form.remove', { row })}
      </Button>
    </div>
  )
}
