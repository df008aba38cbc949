import { useQuery } from '@tanstack/react-query'
import { Alert, Descriptions } from 'antd'
import { useTranslation } from 'react-i18next'
import { ProblemError } from '../../api/problem.ts'
import { request } from '../../api/request.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { Instant } from '../../parts/instant.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { Finding } from './finding.ts'
import { FindingTable } from './finding-table.tsx'
import { type ListedVersion, versionPath } from './package.ts'
import { readRelease } from './release-statement.ts'

interface Publisher {
  readonly name: string
  readonly since: string
  readonly mustSign: boolean
  readonly isTrusted: boolean
  readonly keys: readonly { readonly keyid: string }[]
  readonly scopes: readonly string[]
  readonly packages: number
}

/** Whose word it is: signatures, provenance, the publisher; to the operator what the checks found, too. */
export function TrustTab({ version }: { version: ListedVersion }) {
  const viewer = useViewer()
  return (
    <div className="stack">
      <Signature version={version} />
      <PublisherFacts name={version.publisher} />
      {viewer.kind === 'operator' && <Findings version={version} />}
      <CliLine command={`npx signalbox verify ${fileOf(version)} --fingerprint SHA256:…`} />
    </div>
  )
}

function fileOf({ name, version }: ListedVersion): string {
  return `./${name.replace(/^@/, '').replaceAll('/', '-')}-${version}.tgz`
}

interface Released {
  readonly signature: { readonly keyid: string }
  readonly release: string
  readonly provenance: unknown
}

function Signature({ version }: { version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const path = `/npm/-/signalbox/v1/releases/${version.name}/${version.version}`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Released>('GET', path, { signal }),
    retry: false,
  })
  // The host has no statement of the release: to be refused one says nothing of a signature.
  if (data === undefined && error instanceof ProblemError && error.problem.status === 404) {
    return <Alert type="warning" showIcon title={t('unsigned')} description={error.problem.title} />
  }
  if (data === undefined) return <Awaited error={error} />
  const stated = readRelease(data.release)
  const mark = (isThere: boolean, word: string) => (
    <StatusTag tone={isThere ? 'good' : 'neutral'} label={word} />
  )
  return (
    <section>
      <h2 className="section-title">{t('signature')}</h2>
      <Descriptions
        size="small"
        bordered
        column={1}
        styles={{ label: { inlineSize: 160 } }}
        items={[
          { key: 'by', label: t('signedBy'), children: <code>{data.signature.keyid}</code> },
          {
            key: 'author',
            label: t('authorKey'),
            children:
              stated?.author == null ? mark(false, t('noAuthorKey')) : <code>{stated.author}</code>,
          },
          {
            key: 'released',
            label: t('releasedAt'),
            children: stated?.publishedAt ? <Instant at={stated.publishedAt} /> : '–',
          },
          {
            key: 'review',
            label: t('approvedBy'),
            children: stated?.approvals.join(', ') || t('noApprovals'),
          },
          {
            key: 'provenance',
            label: t('provenance'),
            children:
              data.provenance === null
                ? mark(false, t('noProvenance'))
                : mark(true, t('hasProvenance')),
          },
          { key: 'integrity', label: t('integrity'), children: <code>{version.integrity}</code> },
        ]}
      />
    </section>
  )
}

function PublisherFacts({ name }: { name: string }) {
  const { t } = useTranslation('marketplace')
  const path = `/v1/marketplace/publishers/${encodeURIComponent(name)}`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Publisher>('GET', path, { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  return (
    <section>
      <h2 className="section-title">{t('publisher')}</h2>
      <Descriptions
        size="small"
        bordered
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'name', label: t('publisher'), children: data.name },
          { key: 'since', label: t('since'), children: <Instant at={data.since} /> },
          {
            key: 'trusted',
            label: t('trusted'),
            children: data.isTrusted ? (
              <StatusTag tone="good" label={t('yes')} />
            ) : (
              <StatusTag tone="neutral" label={t('no')} />
            ),
          },
          { key: 'mustSign', label: t('mustSign'), children: data.mustSign ? t('yes') : t('no') },
          { key: 'scopes', label: t('scopes'), children: data.scopes.join(', ') || '–' },
          { key: 'packages', label: t('packages'), children: data.packages },
          {
            key: 'keys',
            label: t('keys'),
            children: data.keys.map(({ keyid }) => <code key={keyid}>{keyid}</code>),
          },
        ]}
      />
    </section>
  )
}

function Findings({ version }: { version: ListedVersion }) {
  const path = `${versionPath(version.name, version.version)}/findings`
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Finding[] }>('GET', path, { signal }),
    retry: false,
  })
  if (data === undefined) return <Awaited error={error} />
  return <FindingTable findings={data.items} />
}
