// routes.ts - the routes in force, in the order in which they are tried, and a request rehearsed.
import { get, post } from "../api";
import { drawer } from "../dialog";
import { fill, h, type Child } from "../dom";
import { count } from "../format";
import { card, complaint, facts, form, note, table } from "../parts";
import type { Stage } from "../stage";
import type { Analytics, Route } from "../wire";
import { explained, type Explanation } from "./explanation";

interface Numbered {
    number: number;
    route: Route;
    requests: number | undefined;
}

// Whatever a route says of itself, as one line: the page need not know all of it.
export function in_words(value: unknown): string {
    if (value === null || value === undefined || value === false || value === "") return "";
    if (value === true) return "yes";
    if (Array.isArray(value))
        return value
            .map(in_words)
            .filter((word) => word !== "")
            .join(", ");
    if (typeof value !== "object") return String(value);
    return Object.entries(value)
        .map(([name, one]) => [name, in_words(one)])
        .filter(([, word]) => word !== "")
        .map(([name, word]) => `${name} ${word}`)
        .join(", ");
}

function goes_to({ route }: Numbered): string {
    if (route["upstream"]) return in_words(route["upstream"]);
    if (route["split"]) return in_words(route["split"]);
    return route["answer"] ? `answers ${in_words(route["answer"])}` : "";
}

function asks(route: Route): string {
    const hosts = in_words(route["hosts"]),
        conditions = in_words(route["conditions"]);
    return [hosts && `host ${hosts}`, conditions, route["when"] ? "a function" : ""].filter(Boolean).join(" · ");
}

function open_route({ route }: Numbered) {
    const known = Object.entries(route).map(([name, value]): [string, Child] => [
        name.replaceAll("_", " "),
        in_words(value),
    ]);
    drawer(
        route.route,
        facts(known),
        h("p", {}, h("a", { href: `#/live?route=${encodeURIComponent(route.route)}` }, "Its requests in the live log")),
    );
}

function header_lines(text: string): Record<string, string> {
    const lines: Record<string, string> = {};
    for (const line of text.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) lines[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    }
    return lines;
}

function rehearsal(stage: Stage): HTMLElement {
    const { signal } = stage;
    const method = h("input", { id: "why-method", value: "GET", required: true, spellcheck: "false" });
    const url = h("input", { id: "why-url", value: "/", required: true, spellcheck: "false" });
    const placeholder = "X-API-Key: …";
    const headers = h("textarea", { id: "why-headers", rows: 1, spellcheck: "false", placeholder });
    const why = h("div", { class: "why", "aria-live": "polite" });
    const ask = async () => {
        fill(why, note("Asking …"));
        try {
            const request = { method: method.value, url: url.value, headers: header_lines(headers.value) };
            fill(why, explained(await post<Explanation>("/explain", request, { signal })));
        } catch (error) {
            if (!signal.aborted) fill(why, complaint(error));
        }
    };
    const asked = form(
        { class: "rehearsal" },
        ask,
        h("div", {}, h("label", { for: "why-method" }, "Method"), method),
        h("div", {}, h("label", { for: "why-url" }, "Path or URL"), url),
        h("div", {}, h("label", { for: "why-headers" }, "Header lines"), headers),
        h("button", { type: "submit", class: "primary" }, "Explain"),
    );
    const about = "A rehearsal by the configuration in force: nothing is sent, no limit is charged.";
    return card("What would become of a request", { class: "whole" }, h("p", { class: "muted" }, about), asked, why);
}

export function routes(stage: Stage): HTMLElement {
    const listed = table<Numbered>(
        "Routes in the order in which they are tried",
        [
            { head: "Route", class: "path", cell: (one) => one.route.route },
            {
                head: "Requests, 24 h",
                class: "number",
                cell: (one) => (one.requests === undefined ? "" : count(one.requests)),
            },
            { head: "Goes to", cell: goes_to },
            { head: "Only where", class: "wide", cell: (one) => asks(one.route) },
            { head: "Plugins, outermost first", class: "wide", cell: (one) => in_words(one.route["plugins"]) },
            { head: "Declared", class: "wide time", cell: (one) => one.route.where ?? "" },
        ],
        (one) => String(one.number),
        "No route is declared.",
        open_route,
    );
    stage.every(15_000, async () => {
        const { signal } = stage;
        const [all, day] = await Promise.all([
            get<Route[]>("/routes", { signal }),
            get<Analytics>("/analytics?hours=24", { signal }).catch(() => null), // the table stands without its figures
        ]);
        const requests = new Map((day?.top_routes ?? []).map((top) => [top.route, top.count]));
        listed.show(all.map((route, number) => ({ number, route, requests: requests.get(route.route) })));
    });
    return h("div", { class: "grid" }, card("Routes", { class: "whole" }, listed.element), rehearsal(stage));
}
