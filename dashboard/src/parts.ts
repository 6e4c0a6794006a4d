// parts.ts - what several views are made of: cards, badges, tables, bars.
import { message_of } from "./api";
import { h, Lines, type Child, type Line } from "./dom";
import { count, percent } from "./format";

export function card(title: string, attributes: { class?: string; aside?: Child; id?: string }, ...content: Child[]) {
    const heading = h("h2", {}, title);
    const head = h("header", {}, heading, attributes.aside ?? null);
    const section = h("section", { class: `card ${attributes.class ?? ""}`, "aria-label": title }, head, ...content);
    if (attributes.id) section.id = attributes.id;
    return section;
}

export type Kind = "good" | "warn" | "bad" | "calm";

// A colour never stands alone: a shape of its own goes with each (the style sheet draws it), and the word.
export function badge(kind: Kind, text: string): HTMLElement {
    return h("span", { class: `badge ${kind}` }, text);
}

export function kind_of_status(status: number): Kind {
    if (status === 429) return "warn";
    if (status >= 400) return "bad";
    return status >= 300 ? "calm" : "good";
}

export const status_badge = (status: number) => badge(kind_of_status(status), String(status));

// What there is to say where there is nothing to show.
export const note = (text: string) => h("p", { class: "note" }, text);

export interface Column<Item> {
    head: string;
    class?: string; // "number", "path", "wide" (left out on narrow screens)
    cell: (item: Item) => Child;
}

export interface Table<Item> {
    element: HTMLElement;
    show(items: Item[]): void;
}

// A real table that scrolls within itself where it is too wide. `none`: what is said when it has no line.
export function table<Item>(
    caption: string,
    columns: Column<Item>[],
    key: (item: Item) => string,
    none: string,
    open?: (item: Item) => void,
): Table<Item> {
    const body = h("tbody");
    const head = h("tr", {}, ...columns.map((c) => h("th", { scope: "col", class: c.class }, c.head)));
    const all = h("table", {}, h("caption", { class: "unseen" }, caption), h("thead", {}, head), body);
    const scroll = h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: 0 }, all);
    const empty = note(none);
    const lines = new Lines<Item>(body, key, () => line(columns, open));
    const show = (items: Item[]) => {
        lines.show(items);
        scroll.hidden = items.length === 0;
        empty.hidden = items.length > 0;
    };
    show([]);
    empty.textContent = "…";
    let asked = false;
    return {
        element: h("div", {}, scroll, empty),
        show(items) {
            if (!asked) empty.textContent = none;
            asked = true;
            show(items);
        },
    };
}

function line<Item>(columns: Column<Item>[], open?: (item: Item) => void): Line<Item> {
    const cells = columns.map((column) => h("td", { class: column.class }));
    const row = h("tr", {}, ...cells);
    let shown: Child[] = [];
    let current: Item;
    // The first cell's button is what the keyboard reaches; a click anywhere in the row does the same.
    const button = open ? h("button", { class: "link", type: "button", on: { click: () => open(current) } }) : null;
    if (button && open) {
        cells[0]?.append(button);
        row.classList.add("opens");
        row.addEventListener("click", (event) => {
            if (!(event.target as Element).closest("button, a, input")) open(current);
        });
    }
    return {
        element: row,
        show(item) {
            current = item;
            const children = columns.map((column) => column.cell(item));
            children.forEach((child, i) => {
                if (same(child, shown[i])) return;
                put(button && i === 0 ? button : cells[i], child);
                shown[i] = child;
            });
        },
    };
}

// What looks the same stays: what is selected, focused or being read aloud is not taken away.
const same = (child: Child, before: Child) =>
    child instanceof Node ? before instanceof Node && child.isEqualNode(before) : child === before;

function put(cell: Element | undefined, child: Child) {
    cell?.replaceChildren(child instanceof Node ? child : String(child || child === 0 ? child : ""));
}

// A figure with a bar of how much it is of the most.
export function measured(value: number, most: number): HTMLElement {
    const bar = h("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", String(most > 0 ? value / most : 0));
    return h("span", { class: "measured" }, bar, h("span", {}, count(value)));
}

// Parts of a whole, as one bar and as a list with the figures.
export function mix(parts: { name: string; kind: Kind; value: number }[]): HTMLElement {
    const all = parts.reduce((sum, part) => sum + part.value, 0);
    const shown = parts.filter((part) => part.value > 0);
    const bar = h(
        "div",
        { class: "mix", "aria-hidden": "true" },
        ...shown.map((part) => {
            const piece = h("span", { class: part.kind });
            piece.style.flexGrow = String(part.value);
            return piece;
        }),
    );
    const legend = h(
        "dl",
        { class: "legend" },
        ...parts.map((part) =>
            h(
                "div",
                {},
                h("dt", {}, badge(part.kind, part.name)),
                h("dd", {}, h("b", {}, count(part.value)), ` ${all > 0 ? percent(part.value / all) : ""}`),
            ),
        ),
    );
    return h("div", {}, bar, legend);
}

// Name and value, line by line; a line without a value is left out.
export function facts(pairs: [string, Child][]): HTMLElement {
    const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "");
    return h(
        "dl",
        { class: "facts" },
        ...known.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
}

export function button(text: string, click: () => void, kind = ""): HTMLButtonElement {
    return h("button", { type: "button", class: kind, on: { click } }, text);
}

// A form whose answer is shown here: nothing is sent by the browser itself.
export function form(
    attributes: { class?: string },
    submit: () => Promise<void>,
    ...content: Child[]
): HTMLFormElement {
    const submitted = (event: Event) => {
        event.preventDefault();
        void submit();
    };
    return h("form", { ...attributes, on: { submit: submitted } }, ...content);
}

export function field(id: string, name: string, placeholder = "", required = true): HTMLInputElement {
    return h("input", { id, "aria-label": name, placeholder, required, spellcheck: "false", autocomplete: "off" });
}

export const complaint = (error: unknown) => h("p", { class: "complaint", role: "alert" }, message_of(error));

// One of several, of which one is on.
export function choice<Value extends string>(
    label: string,
    values: [Value, string][],
    chosen: Value,
    choose: (value: Value) => void,
): HTMLElement {
    const buttons = values.map(([value, text]) =>
        h(
            "button",
            {
                type: "button",
                "aria-pressed": String(value === chosen),
                on: {
                    click: () => {
                        buttons.forEach((other, i) =>
                            other.setAttribute("aria-pressed", String(values[i]?.[0] === value)),
                        );
                        choose(value);
                    },
                },
            },
            text,
        ),
    );
    return h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}
