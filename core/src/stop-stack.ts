/** What has been started, to be stopped in the reverse order: also when a later start fails. */
export class StopStack {
  readonly #steps: (() => unknown)[] = []

  push(step: () => unknown): void {
    this.#steps.push(step)
  }

  /** One step that fails keeps none of the others from being taken. @throws the first failure, at the end */
  async stopAll(): Promise<void> {
    const failures: unknown[] = []
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
