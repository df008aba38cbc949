import { Button, Form, Input, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import type { Unit } from './identity.ts'
import { ofTenant, unitPath } from './identity-paths.ts'
import { RemoveButton } from './remove-button.tsx'
import { UnitSelect } from './unit-select.tsx'
import { withBelow } from './unit-tree.ts'
import { useTagged } from './use-organisation.ts'

interface Props {
  readonly tenant: string
  readonly id: string
  readonly units: readonly Unit[]
  readonly onRemoved: () => void
}

/** Renames a unit, moves it with all below it, or removes it once nothing is in it. */
export function EditUnit(props: Props) {
  const { data, error } = useTagged<Unit>(unitPath(props.id), props.tenant)
  if (data === undefined) return <Awaited error={error} />
  return <OpenUnit key={data.etag} {...props} unit={data.value} etag={data.etag} />
}

interface Wish {
  readonly name: string
  readonly parent?: string | null
}

function OpenUnit({
  tenant,
  unit,
  etag,
  units,
  onRemoved,
}: Props & { readonly unit: Unit; readonly etag: string | undefined }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const path = ofTenant(unitPath(unit.id), tenant)
  const bodyOf = ({ name, parent }: Wish) => ({
    name,
    // A unit that stays where it is, is not moved: to move one asks for more.
    ...((parent ?? null) === unit.parent ? {} : { parent: parent ?? null }),
  })
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Unit>('PATCH', path, { body: bodyOf(one), ifMatch: etag }),
    () => t('saved'),
  )
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="edit-unit"
      layout="vertical"
      initialValues={unit}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, message: t('missing') }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item name="parent" label={t('parent')} extra={t('moveHint')}>
        <UnitSelect tenant={tenant} none={t('noParent')} except={withBelow(units, unit.id)} />
      </Form.Item>
      <div className="stack">
        <ChangeNote error={error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('save')}
          </Button>
          <RemoveButton
            path={path}
            etag={etag}
            question={t('confirmRemoveUnit', { name: unit.name })}
            told={t('unitRemoved', { name: unit.name })}
            onDone={onRemoved}
          />
        </Space>
        {wish !== undefined && <CliLine command={curlText('PATCH', path, bodyOf(wish))} />}
        <CliLine command={curlText('DELETE', path)} />
      </div>
    </Form>
  )
}
