// series.ts - Series: the last minutes second by second, as charts and figures want them.
import type { Second } from "./wire";

export interface Totals {
    seconds: number;
    requests: number;
    ok: number;
    limited: number;
    failed: number;
}

// Columns of a chart: times in seconds since 1970, then a line each; null where nothing is known.
export type Columns = [number[], ...(number | null)[][]];

export class Series {
    #seconds: Second[] = [];

    constructor(readonly length = 300) {}

    add(second: Second) {
        this.#seconds.push(second);
        if (this.#seconds.length > this.length) this.#seconds.splice(0, this.#seconds.length - this.length);
    }

    get last(): Second | undefined {
        return this.#seconds.at(-1);
    }

    // Of the last `n` seconds there were.
    totals(n: number): Totals {
        const totals: Totals = { seconds: 0, requests: 0, ok: 0, limited: 0, failed: 0 };
        for (const second of this.#seconds.slice(-n)) {
            totals.seconds += 1;
            totals.requests += second.requests;
            totals.ok += second.ok;
            totals.limited += second.limited;
            totals.failed += second.failed;
        }
        return totals;
    }

    // The latest of the last `n` seconds that has it: a second without requests has no latency.
    latest(n: number, figure: (second: Second) => number | null | undefined): number | null {
        for (const second of this.#seconds.slice(-n).reverse()) {
            const value = figure(second);
            if (value !== null && value !== undefined) return value;
        }
        return null;
    }

    // One column per figure asked for. A gap of more than two seconds (a restart, a lost connection) is a gap.
    columns(...figures: ((second: Second) => number | null | undefined)[]): Columns {
        const columns: Columns = [[], ...figures.map(() => [])] as Columns;
        let before = NaN;
        for (const second of this.#seconds) {
            const time = Date.parse(second.time) / 1000;
            if (Number.isNaN(time)) continue;
            if (time - before > 2.5)
                this.#add_row(
                    columns,
                    before + 1,
                    figures.map(() => null),
                );
            this.#add_row(
                columns,
                time,
                figures.map((figure) => figure(second) ?? null),
            );
            before = time;
        }
        return columns;
    }

    #add_row(columns: Columns, time: number, values: (number | null)[]) {
        columns[0].push(time);
        values.forEach((value, i) => (columns[i + 1] as (number | null)[] | undefined)?.push(value));
    }
}
