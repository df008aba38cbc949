import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MarketplaceOptions } from '../ports.ts'
import type { Advisory } from './advisory.ts'
import type { AdvisoryService } from './advisory-service.ts'
import { readInstalledList } from './installed-list.ts'

/** What `npm audit` asks, and `npm install` after each run: gzip, in a scope of its own for its body. */
export async function advisoryRoutes(
  app: FastifyInstance,
  {
    advisories,
    publicUrl,
  }: { advisories: AdvisoryService } & Pick<MarketplaceOptions, 'publicUrl'>,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post<{ Body: Buffer | null }>('/-/npm/v1/security/advisories/bulk', async (request) => {
    const encoding = request.headers['content-encoding']
    const installed = await readInstalledList(request.body ?? Buffer.from('{}'), encoding)
    const found = await advisories.affecting(installed)
    const base = publicUrl(request as FastifyRequest).replace(/\/npm$/, '')
    return Object.fromEntries([...found].map(([name, all]) => [name, all.map(bulkForm(base))]))
  })
}

/** In the words of npm's bulk advisory format. @param base of this host: the page of one that names no other */
export function bulkForm(base: string): (advisory: Advisory) => object {
  return ({ id, url, title, severity, vulnerableVersions, cwe, cvss }) => ({
    id,
    url: url ?? `${base}/v1/marketplace/advisories/${id}`,
    title,
    severity,
    vulnerable_versions: vulnerableVersions,
    cwe,
    cvss: { score: cvss?.score ?? 0, vectorString: cvss?.vector ?? null },
  })
}
