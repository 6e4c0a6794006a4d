// live_log.ts - requests as they end: filtered, paused, and each of them opened.
import { get_if_there } from "../api";
import { fill, h, set_text } from "../dom";
import { clock, milliseconds, plural } from "../format";
import { button, card, choice, status_badge, table } from "../parts";
import { everything, key_of, type Filter, type RequestLog } from "../request_log";
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
            { head: "Path", class: "path", cell: (request) => h("span", { class: "clamped" }, request.path) },
            { head: "Took", class: "number wide", cell: (request) => milliseconds(request.duration_ms) },
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

// The table as requests come: redrawn a few times a second, and not while it is paused.
class Following {
    readonly lines = request_table(open_request);
    readonly said = h("p", { class: "muted", role: "status" });
    #paused = false;
    #missed = 0;
    #left_out = 0;
    #timer = 0;

    constructor(
        readonly log: RequestLog,
        readonly filter: Filter,
    ) {}

    came() {
        if (this.#paused) this.#missed += 1;
        this.soon();
    }

    second({ sampled_out }: Second) {
        this.#left_out = sampled_out ?? 0;
        this.soon();
    }

    soon() {
        this.#timer ||= window.setTimeout(() => {
            this.#timer = 0;
            if (this.#paused) this.#tell();
            else this.draw();
        }, redraw);
    }

    draw() {
        this.lines.show(this.log.matching(this.filter, lines_shown));
        this.#tell();
    }

    // Returns whether it is paused now.
    pause(): boolean {
        this.#paused = !this.#paused;
        this.#missed = 0;
        this.draw();
        return this.#paused;
    }

    end() {
        clearTimeout(this.#timer);
    }

    #tell() {
        const parts = [this.#paused ? `paused, ${plural(this.#missed, "new request")}` : "following"];
        if (this.#left_out > 0) parts.push(`${plural(this.#left_out, "request")} of the last second left out`);
        set_text(this.said, parts.join(" · "));
    }
}

export function live_log(stage: Stage): HTMLElement {
    const { log } = stage.live;
    const filter = filter_in(stage.query);
    const following = new Following(log, filter);
    stage.listen<Request>("request", () => following.came());
    stage.listen<Second>("second", (second) => following.second(second));
    stage.signal.addEventListener("abort", () => following.end());
    stage.every(60 * 60_000, async () => {
        const before = await get_if_there<{ requests: Request[] }>("/logs?limit=200", { signal: stage.signal });
        for (const request of before?.requests ?? []) log.add(request);
        following.soon();
    });
    const pause = button("Pause", () => {
        const paused = following.pause();
        pause.setAttribute("aria-pressed", String(paused));
        fill(pause, paused ? "Follow" : "Pause");
    });
    const clear = button("Clear", () => {
        log.clear();
        following.draw();
    });
    const status = choice("Status", statuses, filter.status, (chosen) => {
        filter.status = chosen;
        following.draw();
    });
    following.draw();
    const words = search(filter, () => following.draw());
    const tools = h("div", { class: "tools" }, words, status, pause, clear);
    return card("Requests", { class: "whole log", aside: following.said }, tools, following.lines.element);
}
