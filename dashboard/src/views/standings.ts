// standings.ts - below the overview's charts: how requests ended, who and what leads, what failed last.
import { fill, h } from "../dom";
import { clock, count } from "../format";
import { badge, card, measured, mix, note, status_badge, table, type Column } from "../parts";
import { everything, key_of, RequestLog } from "../request_log";
import type { Stage } from "../stage";
import type { Analytics, RecentError, Request, Second } from "../wire";
import { open_request } from "./request";
import { state_of_upstream } from "./upstream_states";

const errors_shown = 10;

interface Ranked {
    name: string;
    count: number;
}

function ranking(caption: string, head: string, none: string, where?: (name: string) => string) {
    let most = 0;
    const columns: Column<Ranked>[] = [
        { head, class: "path", cell: (one) => (where ? h("a", { href: where(one.name) }, one.name) : one.name) },
        { head: "Requests", class: "number", cell: (one) => measured(one.count, most) },
    ];
    const ranked = table(caption, columns, (one) => one.name, none);
    return {
        element: card(caption, { class: "third" }, ranked.element),
        show(items: Ranked[]) {
            most = Math.max(0, ...items.map((item) => item.count));
            ranked.show(items);
        },
    };
}

const in_log = (text: string) => `#/live?text=${encodeURIComponent(text)}`;

const request_of = (error: RecentError): Request => {
    const {
        timestamp_utc: time,
        request_path: path,
        status_code: status,
        key_id: caller,
        user_id: owner,
        ...more
    } = error;
    return {
        ...more,
        time,
        path,
        status,
        ...(caller ? { caller } : {}),
        ...(owner && owner !== caller ? { owner } : {}),
    };
};

function recent_errors(stage: Stage) {
    const columns: Column<Request>[] = [
        { head: "Time", class: "time", cell: (one) => clock(one.time) },
        { head: "Status", cell: (one) => status_badge(one.status) },
        { head: "Method", class: "method wide", cell: (one) => one.method },
        { head: "Path", class: "path", cell: (one) => h("span", { class: "clamped" }, one.path) },
        { head: "Why", class: "wide", cell: (one) => one.reason ?? "" },
        { head: "Client", class: "wide", cell: (one) => one.client_ip ?? "" },
    ];
    const errors = table<Request>("Recent errors", columns, key_of, "None of late.", open_request);
    const log = new RequestLog(errors_shown);
    let timer = 0;
    const show = () => {
        timer = 0;
        errors.show(log.matching(everything, errors_shown));
    };
    stage.signal.addEventListener("abort", () => clearTimeout(timer));
    stage.listen<Request>("request", (request) => {
        if (request.status < 400) return;
        log.add(request);
        timer ||= window.setTimeout(show, 250); // of a burst four times a second is plenty
    });
    return {
        element: card("Recent errors", { class: "whole" }, errors.element),
        show(known: RecentError[]) {
            for (const error of known) log.add(request_of(error));
            show();
        },
    };
}

function upstreams_now(stage: Stage): HTMLElement {
    const list = h("ul", { class: "states" });
    const none = note("None is declared.");
    const show = () => {
        const known = stage.live.series.last?.upstreams ?? {};
        const entries = Object.entries(known);
        none.hidden = entries.length > 0;
        fill(
            list,
            ...entries.map(([name, { up, total }]) => {
                const state = state_of_upstream(up, total);
                return h(
                    "li",
                    {},
                    h("a", { href: "#/upstreams" }, name),
                    badge(state.kind, state.name),
                    h("span", { class: "muted" }, `${up} of ${count(total)} targets`),
                );
            }),
        );
    };
    stage.listen<Second>("second", show);
    show();
    return card("Upstreams", { class: "third" }, list, none);
}

function status_mix({ total_requests: all, status_code_counts: codes }: Analytics): HTMLElement {
    const of = (name: string) => codes[name] ?? 0;
    if (all === 0) return note("No request yet.");
    return mix([
        { name: "2xx", kind: "good", value: of("2xx") },
        { name: "3xx", kind: "calm", value: of("3xx") },
        { name: "429", kind: "warn", value: of("429") },
        { name: "4xx", kind: "bad", value: Math.max(0, of("4xx") - of("429")) },
        { name: "5xx", kind: "bad", value: of("5xx") },
    ]);
}

export function standings(stage: Stage) {
    const of_route = (name: string) => `#/live?route=${encodeURIComponent(name)}`;
    const routes = ranking("Top routes", "Route", "No request yet.", of_route);
    const endpoints = ranking("Top endpoints", "Path", "No request yet.", in_log);
    const callers = ranking("Top callers", "Caller", "Nobody has shown who they are.", in_log);
    const blocked = ranking("Top blocked", "Client", "Nobody was refused.", in_log);
    const errors = recent_errors(stage);
    const statuses = h("div", {});
    const ranked = [routes, endpoints, callers, blocked].map((one) => one.element);
    return {
        cards: [card("Status codes", { class: "third" }, statuses), upstreams_now(stage), ...ranked, errors.element],
        show(known: Analytics) {
            fill(statuses, status_mix(known));
            routes.show((known.top_routes ?? []).map((one) => ({ name: one.route, count: one.count })));
            endpoints.show(known.top_endpoints.map((one) => ({ name: one.request_path, count: one.count })));
            callers.show(known.top_users.map((one) => ({ name: one.user_id, count: one.count })));
            blocked.show((known.top_blocked ?? []).map((one) => ({ name: one.client_ip, count: one.count })));
            errors.show(known.recent_errors);
        },
    };
}
