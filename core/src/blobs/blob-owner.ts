/** Whose a blob is: a plugin in a tenant. Every version of the plugin sees the same blobs. */
export interface BlobOwner {
  readonly tenant: string
  readonly plugin: string
}

/** One text for it; neither part has a space. */
export const ownerKey = ({ tenant, plugin }: BlobOwner): string => `${tenant} ${plugin}`
