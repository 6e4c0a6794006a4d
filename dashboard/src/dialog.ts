// dialog.ts - what asks before it does, what opens at the side, and what is said in passing.
import { h, type Child } from "./dom";
import { button } from "./parts";

function shown(dialog: HTMLDialogElement): HTMLDialogElement {
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    // A click beside it, on what is behind.
    dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
    });
    dialog.showModal();
    return dialog;
}

// Whether the reader wants it. `action` is the button's word: "Drain", not "OK".
export function confirmed(title: string, text: string, action: string): Promise<boolean> {
    return new Promise((resolve) => {
        let yes = false;
        const dialog = h(
            "dialog",
            { class: "question", "aria-label": title, on: { close: () => resolve(yes) } },
            h(
                "div",
                {},
                h("h2", {}, title),
                h("p", {}, text),
                h(
                    "footer",
                    {},
                    button("Cancel", () => dialog.close()),
                    button(
                        action,
                        () => {
                            yes = true;
                            dialog.close();
                        },
                        "primary",
                    ),
                ),
            ),
        );
        shown(dialog);
    });
}

// A panel at the side, of one thing. Escape and a click beside it close it.
export function drawer(title: string, ...content: Child[]): HTMLDialogElement {
    const dialog = h(
        "dialog",
        { class: "drawer", "aria-label": title },
        h(
            "div",
            {},
            h(
                "header",
                {},
                h("h2", { class: "mono" }, title),
                h(
                    "button",
                    { type: "button", class: "icon", "aria-label": "Close", on: { click: () => dialog.close() } },
                    "✕",
                ),
            ),
            ...content,
        ),
    );
    return shown(dialog);
}

const seconds_shown = 8;

// Said once, politely; the same again while it is there is not said twice.
export function toast(text: string, kind: "good" | "bad" = "good") {
    const place = document.querySelector("#toasts");
    if (!place || [...place.children].some((other) => other.firstChild?.textContent === text)) return;
    const told = h(
        "div",
        { class: `toast ${kind}` },
        h("span", {}, text),
        h(
            "button",
            { type: "button", class: "icon", "aria-label": "Dismiss", on: { click: () => told.remove() } },
            "✕",
        ),
    );
    place.append(told);
    window.setTimeout(() => told.remove(), seconds_shown * 1000);
}
