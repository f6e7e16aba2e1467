export type Publish = (topic: string, payload: string, options: { retain: true }) => Promise<void>

/**
 * Keeps what stands retained on the broker as it should be: says what is new or has changed, and takes back what is not wanted any more.
 * What it knows of the broker is what it said, and what it heard.
 */
export function retainedBoard(publish: Publish) {
  /** null: something stands there that was not said by this process. */
  const standing = new Map<string, string | null>()
  return {
    /** Says everything again with the next `sync`: the connection is new, or somebody asks for it. */
    forget(): void {
      for (const topic of standing.keys()) standing.set(topic, null)
    },
    /** Something stands under a topic of ours, e.g. from before a restart. */
    heard(topic: string): void {
      if (!standing.has(topic)) standing.set(topic, null)
    },
    /** @throws what `publish` throws; the rest is said next time */
    async sync(wanted: ReadonlyMap<string, string>): Promise<void> {
      for (const [topic, payload] of wanted) {
        if (standing.get(topic) === payload) continue
        await publish(topic, payload, { retain: true })
        standing.set(topic, payload)
      }
      for (const topic of standing.keys()) {
        if (wanted.has(topic)) continue
        await publish(topic, '', { retain: true })
        standing.delete(topic)
      }
    },
  }
}
