import { Button, Form, Skeleton, Space } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { callService } from '../../api/call-service.ts'
import { type Fault, ProblemError } from '../../api/problem.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import type { LocalText } from '../../texts/languages.ts'
import { useWrite } from '../actions/use-write.ts'
import type { Operation } from '../contract-input.ts'
import type { CallSpec } from '../page-spec.ts'
import { useOperation } from '../use-operation.ts'
import { FaultList } from './fault-list.tsx'
import { FieldControl } from './field-control.tsx'
import { inputFaults, placedFaults } from './form-faults.ts'
import { type FormField, formFields } from './form-fields.ts'
import { type FormValues, formInput, NotJson } from './form-input.ts'
import { firstValues } from './form-values.ts'
import { useFaultWords } from './use-fault-words.ts'

interface Props {
  readonly call: CallSpec & { readonly label?: LocalText }
  /** What the page gives already: nobody is asked for it. */
  readonly bound: Readonly<Record<string, unknown>>
  readonly fields: readonly string[] | undefined
  /** What the fields hold at first. */
  readonly begin?: Readonly<Record<string, unknown>>
  readonly submit: string
  readonly isDanger?: boolean
  readonly onDone: (answer: unknown, input: object) => void
  readonly onCancel?: () => void
}

/** A form from the input that an operation takes. */
export function OperationForm(props: Props) {
  const { operation, isPending, error } = useOperation(props.call)
  // A contract that is there stays: what somebody types is not taken away by a later look.
  if (operation === undefined && error !== null) return <ProblemNote error={error} />
  if (isPending) return <Skeleton active title={false} />
  if (operation === undefined) return null
  return <OpenForm {...props} operation={operation} />
}

function OpenForm(props: Props & { readonly operation: Operation }) {
  const { bound, begin, operation, submit, isDanger = false, onCancel } = props
  const { t } = useTranslation('contributed')
  const [form] = Form.useForm<FormValues>()
  const formId = useId()
  const all = formFields(operation.input, props.fields, bound)
  const fields = all.filter((field) => !isVoid(field, begin))
  const { send, error, rest, isPending } = useSending(props, (faults) => {
    const { placed, rest: unplaced } = placedFaults(fields, faults)
    form.setFields(placed.map(({ name, errors }) => ({ name: [...name], errors })) as never)
    const [first] = placed
    if (first !== undefined) form.scrollToField([...first.name], { block: 'center', focus: true })
    return unplaced
  })
  const onFinish = (values: FormValues) => {
    try {
      void send({ ...formInput(fields, values), ...bound })
    } catch (thrown) {
      if (!(thrown instanceof NotJson)) throw thrown
      const name = thrown.pointer.split('/').slice(1)
      form.setFields([{ name, errors: [t('form.notJson')] }] as never)
    }
  }
  return (
    <Form<FormValues>
      form={form}
      name={formId}
      layout="vertical"
      requiredMark
      initialValues={firstValues(fields, begin)}
      onFinish={onFinish}
      aria-label={submit}
    >
      <div className="form-grid">
        {fields.map((field) => (
          <FieldControl key={field.name} field={field} at={[field.name]} />
        ))}
      </div>
      {rest.length > 0 && <FaultList faults={rest} />}
      {error !== null && <ProblemNote error={error} />}
      <Space>
        <Button type="primary" htmlType="submit" danger={isDanger} loading={isPending}>
          {submit}
        </Button>
        {onCancel !== undefined && <Button onClick={onCancel}>{t('cancel')}</Button>}
        {onCancel === undefined && (
          <Button type="text" onClick={() => form.resetFields()}>
            {t('form.reset')}
          </Button>
        )}
      </Space>
    </Form>
  )
}

/** It begins with the names of what can be said, and there are none. */
function isVoid({ kind, name }: FormField, begin: Readonly<Record<string, unknown>> = {}): boolean {
  const names = begin[name]
  return kind === 'pairs' && typeof names === 'object' && Object.keys(names ?? {}).length === 0
}

/** Checks, sends, and puts what is refused beside the control that it is of. */
function useSending(
  { call, onDone, operation }: Props & { readonly operation: Operation },
  place: (faults: readonly Fault[]) => readonly Fault[],
) {
  const write = useWrite()
  const say = useFaultWords()
  const [rest, setRest] = useState<readonly Fault[]>([])
  const [read, setRead] = useState<{ error: unknown; isPending: boolean }>({
    error: null,
    isPending: false,
  })
  const ask = async (input: object) => {
    setRead({ error: null, isPending: true })
    try {
      const answer = await callService<unknown>(call.service, call.operation, input)
      setRead({ error: null, isPending: false })
      return answer
    } catch (error) {
      setRead({ error, isPending: false })
      throw error
    }
  }
  const send = async (input: object) => {
    const faults = inputFaults(operation.input, input, say)
    setRest(place(faults))
    if (faults.length > 0) return
    try {
      onDone(operation.safe === true ? await ask(input) : await write.send(call, input), input)
    } catch (error) {
      place((error instanceof ProblemError && error.problem.errors) || [])
    }
  }
  return {
    send,
    rest,
    error: write.error ?? read.error,
    isPending: write.isPending || read.isPending,
  }
}
