// dom.ts - elements made in one expression. Text becomes text nodes: nothing in the page parses HTML.

export type Child = Node | string | number | null | undefined | false;

type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };
export interface Attributes {
    class?: string | undefined;
    on?: Listeners;
    [name: string]: string | number | boolean | Listeners | null | undefined;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
    tag: Tag,
    attributes: Attributes = {},
    ...children: Child[]
): HTMLElementTagNameMap[Tag] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name === "on") listen(element, value as Listeners);
        else if (value === true) element.setAttribute(name, "");
        else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
    }
    fill(element, ...children);
    return element;
}

function listen(element: HTMLElement, listeners: Listeners) {
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener as EventListener);
}

// The element's content from now on.
export function fill(element: Element, ...children: Child[]) {
    element.replaceChildren(
        ...children
            .filter((child) => child !== null && child !== undefined && child !== false)
            .map((child) => (typeof child === "number" ? String(child) : (child as Node | string))),
    );
}

// Spares the browser (and who reads with a screen reader) a change that is none.
export function set_text(element: Element, text: string) {
    if (element.textContent !== text) element.textContent = text;
}

export interface Line<Item> {
    element: HTMLElement;
    show(item: Item): void;
}

// Children of an element that stand for items, kept by key: what has the focus stays what it is as items come and go.
export class Lines<Item> {
    #parent: Element;
    #key: (item: Item) => string;
    #make: (item: Item) => Line<Item>;
    #lines = new Map<string, Line<Item>>();

    constructor(parent: Element, key: (item: Item) => string, make: (item: Item) => Line<Item>) {
        this.#parent = parent;
        this.#key = key;
        this.#make = make;
    }

    show(items: Item[]) {
        const wanted = new Map<string, Item>(items.map((item) => [this.#key(item), item]));
        for (const [key, line] of this.#lines) {
            if (wanted.has(key)) continue;
            line.element.remove();
            this.#lines.delete(key);
        }
        let next = this.#parent.firstElementChild;
        for (const [key, item] of wanted) {
            let line = this.#lines.get(key);
            if (!line) this.#lines.set(key, (line = this.#make(item)));
            line.show(item);
            if (line.element === next) next = next.nextElementSibling;
            else this.#parent.insertBefore(line.element, next);
        }
    }
}
