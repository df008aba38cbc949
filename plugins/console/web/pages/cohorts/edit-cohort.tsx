import { Alert, Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Cohort, cohortPath, memberFault, membersOf, NAME } from './cohort.ts'

interface Wish {
  readonly name: string
  readonly members: string
}

/** @param cohort undefined: a new one */
export function EditCohort({ cohort, onDone }: { cohort: Cohort | undefined; onDone: () => void }) {
  const { t } = useTranslation('cohorts')
  const [form] = Form.useForm<Wish>()
  const { name = cohort?.name ?? '', members = '' } = Form.useWatch([], form) ?? {}
  const { mutate, isPending, error } = useFormChange(
    (wish: Wish) =>
      request<Cohort>('PUT', cohortPath(cohort?.name ?? wish.name), {
        body: { members: membersOf(wish.members) },
      }),
    (stored) => {
      onDone()
      return t('stored', { name: stored.name })
    },
  )
  const checkMembers = async (_rule: unknown, text = '') => {
    const given = membersOf(text)
    const fault = memberFault(given)
    if (given.length === 0) throw new Error(t('missing'))
    if (fault?.kind === 'many') throw new Error(t('tooMany', { most: fault.most }))
    if (fault?.kind === 'odd') throw new Error(t('odd', { member: fault.member }))
  }
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="cohort"
      layout="vertical"
      initialValues={{ members: cohort?.members.join('\n') ?? '' }}
      onFinish={(wish) => mutate(wish)}
    >
      {cohort === undefined && (
        <Form.Item
          name="name"
          label={t('name')}
          extra={t('nameHint')}
          rules={[{ required: true, pattern: NAME, message: t('nameHint') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      <Form.Item
        name="members"
        label={t('members')}
        extra={t('membersHint')}
        rules={[{ validator: checkMembers }]}
      >
        <Input.TextArea rows={8} spellCheck={false} />
      </Form.Item>
      <div className="stack">
        <Alert type="info" showIcon title={t('later')} />
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('store')}
          </Button>
        </div>
        {name !== '' && (
          <CliLine command={cliText(['rollout', 'cohorts', 'put', name, ...membersOf(members)])} />
        )}
      </div>
    </Form>
  )
}
