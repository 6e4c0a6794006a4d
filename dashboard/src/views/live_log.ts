// live_log.ts - requests as they end: filtered, paused, and each of them opened.
import { get_if_there } from "../api";
import { fill, h, set_text } from "../dom";
import { clock, milliseconds, plural } from "../format";
import { button, card, choice, status_badge, table } from "../parts";
import { everything, key_of, type Filter } from "../request_log";
import type { Stage } from "../stage";
import type { Request, Second } from "../wire";
import { open_request } from "./request";

const lines_shown = 250;
const redraw = 200; // milliseconds at least between two

const statuses: [Filter["status"], string][] = [
    ["", "All"],
    ["2xx", "2xx"],
    ["3xx", "3xx"],
    ["429", "429"],
    ["4xx", "4xx"],
    ["5xx", "5xx"],
];

function filter_in(query: URLSearchParams): Filter {
    const status = statuses.find(([value]) => value === query.get("status"))?.[0] ?? "";
    return { ...everything, text: query.get("text") ?? "", status, route: query.get("route") ?? "" };
}

const who = (request: Request) => request.owner ?? request.caller ?? "";

function request_table(open: (request: Request) => void) {
    return table<Request>(
        "Requests",
        [
            { head: "Time", class: "time", cell: (request) => clock(request.time) },
            { head: "Status", cell: (request) => status_badge(request.status) },
            { head: "Method", class: "method wide", cell: (request) => request.method },
            { head: "Path", class: "path", cell: (request) => request.path },
            { head: "Took", class: "number", cell: (request) => milliseconds(request.duration_ms) },
            { head: "Caller", class: "wide", cell: who },
            { head: "Client", class: "wide", cell: (request) => request.client_ip ?? "" },
            { head: "Route", class: "wider", cell: (request) => request.route ?? "" },
            { head: "Target", class: "wider", cell: (request) => request.target ?? request.cache ?? "" },
        ],
        key_of,
        "No request that fits, yet. New ones appear here as they end.",
        open,
    );
}

// The word to look for, and beside it the route that a link asked for.
function search(filter: Filter, changed: () => void): HTMLElement {
    const input = h("input", {
        type: "search",
        id: "filter",
        value: filter.text,
        placeholder: "path, caller, address, request id …",
        spellcheck: "false",
        autocomplete: "off",
        on: {
            input: () => {
                filter.text = input.value;
                changed();
            },
        },
    });
    const route = h(
        "span",
        { class: "chip", hidden: filter.route === "" },
        `route ${filter.route} `,
        h(
            "button",
            {
                type: "button",
                class: "icon",
                "aria-label": "All routes",
                on: {
                    click: () => {
                        filter.route = "";
                        route.hidden = true;
                        changed();
                    },
                },
            },
            "✕",
        ),
    );
    return h("div", { class: "search" }, h("label", { for: "filter", class: "unseen" }, "Filter"), input, route);
}

export function live_log(stage: Stage): HTMLElement {
    const { log } = stage.live;
    const filter = filter_in(stage.query);
    const lines = request_table((request) => open_request(request));
    const said = h("p", { class: "muted", role: "status" });
    let paused = false,
        missed = 0,
        left_out = 0,
        timer = 0;
    const tell = () => {
        const parts = [paused ? `paused, ${plural(missed, "new request")}` : "following"];
        if (left_out > 0) parts.push(`${plural(left_out, "request")} of the last second left out under load`);
        set_text(said, parts.join(" · "));
    };
    const draw = () => {
        timer = 0;
        if (!paused) lines.show(log.matching(filter, lines_shown));
        tell();
    };
    const soon = () => (timer ||= window.setTimeout(draw, redraw));
    stage.signal.addEventListener("abort", () => clearTimeout(timer));
    stage.listen<Request>("request", () => {
        if (paused) missed += 1;
        soon();
    });
    stage.listen<Second>("second", (second) => {
        left_out = second.sampled_out ?? 0;
        soon();
    });
    const changed = () => {
        lines.show(log.matching(filter, lines_shown));
        tell();
    };
    const pause = button("Pause", () => {
        paused = !paused;
        missed = 0;
        pause.setAttribute("aria-pressed", String(paused));
        fill(pause, paused ? "Follow" : "Pause");
        draw();
    });
    const clear = button("Clear", () => {
        log.clear();
        changed();
    });
    stage.every(3_600_000, async () => {
        const before = await get_if_there<{ requests: Request[] }>("/logs?limit=200", { signal: stage.signal });
        for (const request of before?.requests ?? []) log.add(request);
        soon();
    });
    changed();
    const status = choice("Status", statuses, filter.status, (chosen) => {
        filter.status = chosen;
        changed();
    });
    const tools = h("div", { class: "tools" }, search(filter, changed), status, pause, clear);
    return card("Requests", { class: "whole log", aside: said }, tools, lines.element);
}
