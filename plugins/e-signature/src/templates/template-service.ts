import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { pageOf } from '../calls/page-place.ts'
import { requireUploads } from '../documents/upload-document.ts'
import { requirePolicyNamed } from '../policies/policy-service.ts'
import { blankOf, fieldsOf, requireTemplate, type Template } from './template.ts'

interface TemplateRow {
  readonly template: string
  readonly version: number
  readonly title: string
  readonly details: Template
  readonly changed_at: string
}

/** The next version of a template; envelopes that were made by an older one stay as they are. */
async function defineTemplate(
  input: Template & { readonly version?: number },
  ctx: Context,
): Promise<Shown> {
  const { version: seen = 0, ...template } = input
  requireTemplate(template)
  await requirePolicyNamed(ctx, template.policy)
  await requireUploads(
    ctx,
    template.documents.map(({ sha256 }) => sha256),
  )
  const { rows } = await ctx.db.query<TemplateRow>(
    `insert into templates (tenant, template, version, title, details, changed_at, changed_by)
      select $1, $2, $3::int + 1, $4, $5::jsonb, $6::timestamptz, $7
      where $3::int = coalesce((select max(version) from templates where tenant = $1 and template = $2), 0)
      on conflict do nothing returning *`,
    [
      ...[ctx.tenant, template.template, seen, template.title, JSON.stringify(template)],
      ...[nowText(ctx), actorOf(ctx)],
    ],
  )
  if (rows[0] !== undefined) return shown(rows[0])
  throw new Refusal(
    'TEMPLATE_CHANGED',
    `Template ${template.template} has another version than ${seen}: read it, and send its \`version\`.`,
  )
}

/** A template, and what an envelope of it is made with: everybody who has to be named, and what the sender fills in. */
async function template({ template: id }: { readonly template: string }, ctx: Context) {
  const found = shown(await requireRow(ctx, id))
  const recipients = found.roles.map(({ role }) => ({ role }))
  return { ...found, blank: { recipients, data: blankOf(fieldsOf(found), undefined) } }
}

interface ListInput {
  readonly text?: string
  readonly limit?: number
  readonly cursor?: string
}

async function templates(
  { text = null, limit = 50, cursor = '' }: Omit<ListInput, 'text'> & { text?: string | null },
  ctx: Context,
) {
  const { rows } = await ctx.db.query<TemplateRow>(
    `select distinct on (template) template, version, title, changed_at,
        jsonb_build_object('documents', jsonb_array_length(details -> 'documents'), 'policy', details ->> 'policy') as details
      from templates where tenant = $1 and template > $2 and ($3::text is null or title ilike '%' || $3 || '%')
      order by template, version desc limit $4`,
    [ctx.tenant, cursor, text, limit + 1],
  )
  return pageOf(
    rows,
    limit,
    (row) => row.template,
    ({ template, version, title, changed_at, details }) => ({
      ...{ template, version, title, changedAt: changed_at },
      ...(details as unknown as { documents: number; policy: string }),
    }),
  )
}

type Shown = Template & { readonly version: number; readonly changedAt: string }

function shown({ details, version, changed_at: changedAt }: TemplateRow): Shown {
  return { ...details, version, changedAt }
}

/** @throws Refusal TEMPLATE_UNKNOWN */
export async function requireRow(
  { db, tenant }: Pick<Context, 'db' | 'tenant'>,
  id: string,
): Promise<TemplateRow> {
  const { rows } = await db.query<TemplateRow>(
    'select * from templates where tenant = $1 and template = $2 order by version desc limit 1',
    [tenant, id],
  )
  if (rows[0] !== undefined) return rows[0]
  throw new Refusal('TEMPLATE_UNKNOWN', `There is no template ${id}: make it by defineTemplate.`)
}

export const templateOperations = { defineTemplate, template, templates }
