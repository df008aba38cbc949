import { Input } from 'antd'
import { Suspense } from 'react'
import { may } from '../../api/may.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { UserSelect } from '../../pages/identity/user-select.tsx'

const PREFIX = 'user:'

interface Props {
  readonly id?: string
  readonly value?: string
  readonly onChange?: (value: string) => void
}

/** A person of the company: chosen by name where the viewer is shown who there is, else written by id. */
export function UserControl({ value, onChange, ...given }: Props) {
  const viewer = useViewer()
  const tenant = useTenant()
  if (tenant === undefined || !may(viewer, 'user.list')) {
    return (
      <Input {...given} value={value ?? ''} onChange={(event) => onChange?.(event.target.value)} />
    )
  }
  // Its words are those of another page: without this, the whole page waits for them.
  return (
    <Suspense fallback={<Input {...given} disabled />}>
      <UserSelect
        {...given}
        tenant={tenant}
        {...(value === undefined ? {} : { value: value.slice(PREFIX.length) })}
        onChange={(user) => onChange?.(`${PREFIX}${user}`)}
      />
    </Suspense>
  )
}
