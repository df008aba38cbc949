/** Where the host has what a major of a service is offered by. Pure. */
const majorPath = (id: string, major: number): string =>
  `/v1/catalog/services/${encodeURIComponent(id)}/versions/${major}`

export const ownerPath = (id: string, major: number): string => `${majorPath(id, major)}/owner`

export const deprecationPath = (id: string, major: number): string =>
  `${majorPath(id, major)}/deprecation`

export const planPath = (id: string, major: number, plan: string): string =>
  `${majorPath(id, major)}/plans/${encodeURIComponent(plan)}`
