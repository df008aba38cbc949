import { measureSearch } from './marketplace-search.ts'

/** `BENCH_PARTS=search` picks parts. */
const parts = (process.env['BENCH_PARTS'] ?? 'search').split(',')

/** What the marketplace takes. */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  return {
    ...(parts.includes('search') ? await measureSearch() : {}),
  }
}
