/** Keeps what must not be read from the database, for a tenant. */
export interface Sealer {
  /** @param boundTo what the sealed bytes belong to: moved elsewhere they do not open */
  seal(tenant: string, plain: Buffer, boundTo: readonly string[]): Promise<Buffer>
  /** @throws where a bit, the tenant or what they are bound to is another */
  open(tenant: string, sealed: Buffer, boundTo: readonly string[]): Promise<Buffer>
}
