import type { Company } from '../../test/support/company.ts'

/** Rows of text or numbers for one function of a plugin, through the batch lanes. */
export async function runBatch(
  company: Company,
  plugin: string,
  id: string,
  columns: readonly (readonly unknown[])[],
): Promise<readonly unknown[]> {
  const path = `/v1/udfs/${encodeURIComponent(plugin)}/${id}:batch`
  const { values } = await company.admin.request<{ values: unknown[] }>('POST', path, { columns })
  return values
}
