/** Whoever wants to hear of something. */
export class Listeners<Args extends unknown[] = []> {
  readonly #all = new Set<(...args: Args) => void>();

  add(listener: (...args: Args) => void): () => void {
    this.#all.add(listener);
    return () => {
      this.#all.delete(listener);
    };
  }

  tell(...args: Args): void {
    for (const listener of [...this.#all]) {
      // What goes wrong on a screen is no reason not to send a change.
      try {
        listener(...args);
      } catch (error) {
        typeof reportError === 'function' ? reportError(error) : console.error(error);
      }
    }
  }
}
