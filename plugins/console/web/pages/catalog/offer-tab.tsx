import { DeprecationCard } from './deprecation-card.tsx'
import { OwnerCard } from './owner-card.tsx'
import type { ServiceMajor } from './service.ts'

/** Who decides on subscriptions, and how long the major is there: the operator's. */
export function OfferTab({
  id,
  service,
  majors,
}: {
  id: string
  service: ServiceMajor
  majors: readonly number[]
}) {
  const { major, ownerTenant, deprecation } = service
  return (
    <div className="stack">
      <OwnerCard
        key={`owner ${major} ${ownerTenant}`}
        id={id}
        major={major}
        ownerTenant={ownerTenant}
      />
      <DeprecationCard
        key={`end ${major} ${JSON.stringify(deprecation)}`}
        id={id}
        service={service}
        majors={majors}
      />
    </div>
  )
}
