// chart.ts - Chart: uPlot in the page's colours, as wide as its place, with its values said below it.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { h, set_text } from "./dom";
import type { Columns } from "./series";
import { colour, on_theme } from "./theme";

export interface Curve {
    name: string;
    colour: string; // a variable of the style sheet
    filled?: boolean;
    dash?: number[];
}

export interface Shape {
    label: string;
    curves: Curve[];
    format: (value: number | null | undefined) => string;
    stacked?: boolean; // each curve stands on those after it
    height?: number;
    least: number; // that the axis reaches to, however little there is
}

// What is drawn where curves stand on each other: the sum of each and those after it, the highest first.
export function stacked(columns: Columns): Columns {
    const [times, ...lines] = columns;
    const sums = lines.map((line) => [...line]);
    for (let i = sums.length - 2; i >= 0; i--)
        sums[i] = (sums[i] ?? []).map((value, at) => (value === null ? null : value + (sums[i + 1]?.[at] ?? 0)));
    return [times, ...sums] as Columns;
}

export class Chart {
    readonly element: HTMLElement;
    #place = h("div", { class: "plot", role: "img" });
    #values: HTMLElement[];
    #columns: Columns;
    #plot: uPlot | null = null;
    #shape: Shape;
    #window: number | undefined;

    constructor(shape: Shape, signal: AbortSignal) {
        this.#shape = shape;
        this.#columns = [[], ...shape.curves.map(() => [])] as Columns;
        this.#values = shape.curves.map(() => h("b", {}, "–"));
        const legend = h(
            "ul",
            { class: "curves" },
            ...shape.curves.map((curve, i) => {
                const mark = h("i", { class: curve.dash ? "dashed" : "", "aria-hidden": "true" });
                mark.style.setProperty("--mark", `var(${curve.colour})`);
                return h("li", {}, mark, `${curve.name} `, this.#values[i]);
            }),
        );
        this.element = h("div", { class: "chart" }, this.#place, legend);
        const size = new ResizeObserver(() => this.#resize());
        size.observe(this.#place);
        on_theme(() => this.#draw(), signal);
        signal.addEventListener("abort", () => {
            size.disconnect();
            this.#plot?.destroy();
        });
    }

    // The last `window` seconds of them, however little is known of those; all of them where it is left out.
    show(columns: Columns, window?: number) {
        this.#columns = columns;
        this.#window = window;
        if (this.#plot) this.#plot.setData(this.#drawn() as uPlot.AlignedData);
        else this.#draw();
        if (this.#plot?.cursor.idx === null || this.#plot?.cursor.idx === undefined) this.#say(columns[0].length - 1);
        this.#place.setAttribute("aria-label", this.#told());
    }

    #drawn = () => (this.#shape.stacked ? stacked(this.#columns) : this.#columns);

    #told(): string {
        const values = this.#shape.curves.map((curve, i) => `${curve.name} ${this.#values[i]?.textContent ?? ""}`);
        return `${this.#shape.label}: ${values.join(", ")}`;
    }

    // The values at one time: where the pointer is, else the latest.
    #say(at: number) {
        this.#values.forEach((value, i) => set_text(value, this.#shape.format(this.#columns[i + 1]?.[at])));
    }

    #resize() {
        const width = this.#place.clientWidth;
        if (width === 0) return;
        if (this.#plot) this.#plot.setSize({ width, height: this.#height() });
        else this.#draw();
    }

    #height = () => this.#shape.height ?? 190;

    #draw() {
        const width = this.#place.clientWidth;
        if (width === 0) return;
        this.#plot?.destroy();
        this.#plot = new uPlot(this.#options(width), this.#drawn() as uPlot.AlignedData, this.#place);
    }

    #options(width: number): uPlot.Options {
        const line = colour("--line"),
            text = colour("--muted");
        const font = `11px ${getComputedStyle(document.body).fontFamily}`;
        const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
        return {
            width,
            height: this.#height(),
            padding: [8, 16, 0, 0],
            legend: { show: false },
            cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
            scales: {
                x: { time: true, range: (_, least, most) => this.#range(least, most) },
                y: { range: (_, __, most) => [0, Math.max(most, this.#shape.least) * 1.08] },
            },
            axes: [
                { ...axis, grid: { show: false }, space: 70, size: 26, values: times_of_day },
                { ...axis, size: 52, space: 34, values: (_, ticks) => ticks.map((tick) => this.#shape.format(tick)) },
            ],
            series: [{}, ...this.#shape.curves.map((curve) => this.#series(curve))],
            hooks: { setCursor: [(plot) => this.#say(plot.cursor.idx ?? this.#columns[0].length - 1)] },
        };
    }

    #range(least: number, most: number): [number, number] {
        const end = this.#columns[0].length > 0 ? most : Date.now() / 1000;
        return [this.#window ? end - this.#window : Math.min(least, end), end];
    }

    #series(curve: Curve): uPlot.Series {
        const stroke = colour(curve.colour);
        const series: uPlot.Series = {
            stroke,
            width: 1.5,
            points: { show: true, size: 4, filter: (plot, i) => alone(plot.data[i] ?? []) },
            spanGaps: false,
        };
        if (curve.dash) series.dash = curve.dash;
        // Opaque, so that what stands on another does not shine through it.
        if (curve.filled) series.fill = colour(`${curve.colour}-area`);
        return series;
    }
}

// What no line leads to: where little happens, a second with requests stands between seconds without.
function alone(values: ArrayLike<number | null | undefined>): number[] {
    const known = (at: number) => values[at] !== null && values[at] !== undefined;
    return Array.from(values, (_, at) => at).filter((at) => known(at) && !known(at - 1) && !known(at + 1));
}

const two = (value: number) => String(value).padStart(2, "0");

function times_of_day(_: uPlot, ticks: number[]): string[] {
    const fine = (ticks[1] ?? 0) - (ticks[0] ?? 0) < 60;
    return ticks.map((tick) => {
        const time = new Date(tick * 1000);
        return `${two(time.getHours())}:${two(time.getMinutes())}${fine ? `:${two(time.getSeconds())}` : ""}`;
    });
}
