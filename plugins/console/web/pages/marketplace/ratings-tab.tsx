import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Radio, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { numberText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { tenantPluginPath } from '../plugins/plugin.ts'
import { type ListedPackage, type ListedVersion, packagePath } from './package.ts'

interface Rating {
  readonly id: string
  readonly major: number
  readonly stars: number
  readonly text: string | null
  readonly answer: string | null
  readonly updatedAt: string
  /** Of the tenant's own: the operator hid it, and why. */
  readonly hiddenReason?: string | null
}

/** What tenants that run it say, and what the viewer's own says. */
export function RatingsTab({ listed, version }: { listed: ListedPackage; version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const viewer = useViewer()
  const place = usePlace()
  const list = useList<Rating>(`${packagePath(listed.name)}/ratings`)
  const { count, mean } = listed.rating
  return (
    <div className="stack">
      <p>
        {mean === null ? t('notRated') : t('rated', { mean: numberText(mean, place, 1), count })}
      </p>
      {viewer.kind === 'user' && may(viewer, 'rating.write') && (
        <OwnRating tenant={viewer.tenant} name={listed.name} major={majorOf(version.version)} />
      )}
      {list.isLoadingError && <ProblemNote error={list.error} />}
      {list.isPending && <Skeleton active />}
      {list.isSuccess && list.items.length === 0 && <EmptyState text={t('noRatings')} />}
      <ul className="result-list" aria-label={t('tabs.ratings')}>
        {list.items.map((rating) => (
          <RatingRow key={rating.id} rating={rating} />
        ))}
      </ul>
      <MoreRows list={list} />
    </div>
  )
}

function majorOf(version: string): number {
  return Number(version.split('.')[0])
}

function RatingRow({ rating }: { rating: Rating }) {
  const { t } = useTranslation('marketplace')
  const { stars, major, text, answer, updatedAt } = rating
  return (
    <li className="result">
      <p>
        {t('starsOfMajor', { stars, major })}
        <span className="quiet">
          {' '}
          · <Instant at={updatedAt} />
        </span>
      </p>
      {text !== null && <p className="author-words">{text}</p>}
      {answer !== null && <p className="quiet author-words">{t('answered', { text: answer })}</p>}
    </li>
  )
}

const STARS = [1, 2, 3, 4, 5] as const

interface Own {
  readonly stars: number
  readonly text?: string
}

function OwnRating({ tenant, name, major }: { tenant: string; name: string; major: number }) {
  const { t } = useTranslation('marketplace')
  const path = `${tenantPluginPath(tenant, name)}/ratings`
  const { data } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Rating[] }>('GET', path, { signal }),
    retry: false,
  })
  const own = data?.items.find((one) => one.major === major)
  const { mutate, isPending } = useChange(
    (rating: Own | null) =>
      rating === null
        ? request('DELETE', `${path}/${major}`)
        : request('PUT', `${path}/${major}`, {
            body: { stars: rating.stars, ...(rating.text ? { text: rating.text } : {}) },
          }),
    () => t('ratingDone'),
  )
  return (
    <Form<Own>
      key={own?.id ?? 'none'}
      layout="vertical"
      className="narrow-form"
      aria-label={t('ownRating', { tenant, major })}
      initialValues={own === undefined ? {} : { stars: own.stars, text: own.text ?? '' }}
      onFinish={(rating) => mutate(rating)}
    >
      <h2 className="section-title">{t('ownRating', { tenant, major })}</h2>
      {own?.hiddenReason != null && (
        <Alert type="warning" showIcon title={t('hidden', { reason: own.hiddenReason })} />
      )}
      <Form.Item
        name="stars"
        label={t('stars')}
        rules={[{ required: true, message: t('starsFirst') }]}
      >
        <Radio.Group
          options={STARS.map((value) => ({
            value,
            label: '★'.repeat(value),
            title: String(value),
          }))}
        />
      </Form.Item>
      <Form.Item name="text" label={t('ratingText')}>
        <Input.TextArea maxLength={2000} autoSize={{ minRows: 2, maxRows: 8 }} />
      </Form.Item>
      <div className="inline-list">
        <Button type="primary" htmlType="submit" loading={isPending}>
          {t('rate')}
        </Button>
        {own !== undefined && <Button onClick={() => mutate(null)}>{t('takeBack')}</Button>}
      </div>
      <CliLine
        command={curlText('PUT', `${path}/${major}`, {
          stars: own?.stars ?? 5,
          text: own?.text ?? '',
        })}
      />
    </Form>
  )
}
