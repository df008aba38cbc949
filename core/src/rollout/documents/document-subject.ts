import type { DocumentName, Rollout } from '../rollout-store.ts'

/** Kinds of documents, as a manifest declares them. */
export const kindSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*$',
  maxLength: 100,
} as const

/** Whether it rolls out versions of a plugin, which the host runs; else those of a document, which the plugin keeps. */
export function isOfPlugin({ kind }: Pick<Rollout, 'kind'>): boolean {
  return kind === 'plugin'
}

/** Of a rollout that is not a plugin's: see rollouts_subject in the database. */
export function documentOf({ kind, tenant, document }: Rollout): DocumentName {
  return { kind, tenant: tenant as string, document: document as string }
}

/** The same document of another tenant, plugin or kind is another one. An id may hold anything but control characters. */
export function documentKey(plugin: string, { tenant, kind, document }: DocumentName): string {
  return `${tenant}\n${plugin}\n${kind}\n${document}`
}
