// backoff.ts - Backoff: how long to wait before asking again a gateway that did not answer.

const first = 500;
const longest = 10_000;

export class Backoff {
    #failures = 0;
    #chance: () => number;

    constructor(chance: () => number = Math.random) {
        this.#chance = chance;
    }

    // Milliseconds: doubled each time up to ten seconds, of which a fifth is left to chance, so that all the pages that
    // were open do not come back in one moment.
    next(): number {
        const delay = Math.min(longest, first * 2 ** this.#failures++);
        return Math.round(delay * (0.8 + 0.2 * this.#chance()));
    }

    succeeded() {
        this.#failures = 0;
    }
}
