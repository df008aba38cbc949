import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input } from 'antd'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { RoleSelect } from '../identity/role-select.tsx'

/** As many as the host takes. */
const MOST = 200

/** Which groups of the provider give which roles, over the whole tenant. */
export function GroupRolesFields({ tenant }: { tenant: string }) {
  const { t } = useTranslation('sso')
  const heading = useId()
  const required = [{ required: true, message: t('missing') }]
  return (
    <section aria-labelledby={heading} className="stack">
      <div>
        <strong id={heading}>{t('groupRoles')}</strong>
        <p>
          <small>{t('groupRolesHint')}</small>
        </p>
      </div>
      <Form.List name="groupRoles">
        {(lines, { add, remove }) => (
          <>
            {lines.map(({ key, name }) => (
              <div key={key}>
                <Form.Item name={[name, 'group']} label={t('group')} rules={required}>
                  <Input maxLength={200} autoComplete="off" />
                </Form.Item>
                <Form.Item name={[name, 'roles']} label={t('rolesOfGroup')} rules={required}>
                  <RoleSelect tenant={tenant} mode="multiple" maxCount={50} />
                </Form.Item>
                <Button
                  size="small"
                  icon={<MinusCircleOutlined />}
                  aria-label={t('removeGroupAt', { at: name + 1 })}
                  onClick={() => remove(name)}
                >
                  {t('removeGroup')}
                </Button>
              </div>
            ))}
            <div>
              <Button
                icon={<PlusOutlined />}
                disabled={lines.length >= MOST}
                onClick={() => add({ group: '', roles: [] })}
              >
                {t('addGroup')}
              </Button>
            </div>
          </>
        )}
      </Form.List>
    </section>
  )
}
