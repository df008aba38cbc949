import {
  CheckCircleOutlined,
  ClockCircleOutlined,
  CloseCircleOutlined,
  ExclamationCircleOutlined,
} from '@ant-design/icons'
import { Tag } from 'antd'

export type Tone = 'good' | 'warning' | 'bad' | 'neutral'

const looks = {
  good: { color: 'success', icon: <CheckCircleOutlined aria-hidden /> },
  warning: { color: 'warning', icon: <ExclamationCircleOutlined aria-hidden /> },
  bad: { color: 'error', icon: <CloseCircleOutlined aria-hidden /> },
  neutral: { color: 'default', icon: <ClockCircleOutlined aria-hidden /> },
} as const

/** A state by icon and word: colour alone says nothing to many. */
export function StatusTag({ tone, label }: { tone: Tone; label: string }) {
  return <Tag {...looks[tone]}>{label}</Tag>
}
