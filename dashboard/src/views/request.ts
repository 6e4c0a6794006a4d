// request.ts - one request at the side: what is known of it, where its time went, and why it went where it went.
import { message_of, post } from "../api";
import { drawer } from "../dialog";
import { fill, h } from "../dom";
import { bytes, count, day_and_clock, milliseconds } from "../format";
import { facts, note, status_badge } from "../parts";
import type { Request } from "../wire";
import { explained, type Explanation } from "./explanation";

// Of the whole, how much was the gateway's own and how much the upstream's.
function spent(request: Request): HTMLElement | null {
    const { duration_ms: all, gateway_ms: own, upstream_ms: upstream } = request;
    if (all === undefined || all <= 0) return null;
    const piece = (name: string, kind: string, value: number | undefined) => {
        if (value === undefined || value <= 0) return null;
        const element = h("span", { class: kind, title: `${name} ${milliseconds(value)}` });
        element.style.flexGrow = String(value);
        return element;
    };
    const rest = Math.max(0, all - (own ?? 0) - (upstream ?? 0));
    return h(
        "div",
        {},
        h(
            "div",
            { class: "mix", "aria-hidden": "true" },
            piece("gateway", "accent", own),
            piece("upstream", "calm", upstream),
            piece("client", "faint", rest),
        ),
        h(
            "p",
            { class: "muted" },
            `${milliseconds(all)} in all`,
            own === undefined ? "" : ` · ${milliseconds(own)} the gateway's own`,
            upstream === undefined ? "" : ` · ${milliseconds(upstream)} waiting for the upstream`,
        ),
    );
}

function known_of(request: Request): HTMLElement {
    const traffic =
        request.bytes_sent === undefined
            ? ""
            : `${bytes(request.bytes_received ?? 0)} in, ${bytes(request.bytes_sent)} out`;
    const tries = (request.attempts ?? 0) > 1 ? `${count(request.attempts)} attempts` : "";
    return facts([
        ["Answered", h("span", {}, status_badge(request.status), request.reason ? ` ${request.reason}` : "")],
        ["Complete", request.complete === false ? "no: it was cut short" : null],
        ["When", day_and_clock(request.time)],
        ["Route", request.route],
        ["Caller", [request.owner, request.caller].filter(Boolean).join(" · ")],
        ["Tier", request.tier],
        ["Client", request.client_ip],
        ["Upstream", [request.upstream, request.target, tries].filter(Boolean).join(" · ")],
        ["It answered", request.upstream_status === undefined ? null : status_badge(request.upstream_status)],
        ["Cache", request.cache],
        ["Bytes", traffic],
        ["Request id", request.request_id],
        ["Trace id", request.trace_id],
    ]);
}

export function open_request(request: Request) {
    const why = h("div", { class: "why" }, note("Asking the gateway …"));
    const dialog = drawer(
        `${request.method} ${request.path}`,
        spent(request),
        known_of(request),
        h("h3", {}, "Why it goes where it goes"),
        h(
            "p",
            { class: "muted" },
            "Rehearsed now, by the configuration in force, with the same method, path and client; query and " +
                "header lines of the request are not kept, so what hangs on them may differ.",
        ),
        why,
    );
    const gone = new AbortController();
    dialog.addEventListener("close", () => gone.abort());
    void rehearse(request, why, gone.signal);
}

async function rehearse(request: Request, why: HTMLElement, signal: AbortSignal) {
    const asked = {
        method: request.method,
        url: request.path,
        headers: {},
        ...(request.client_ip ? { client_ip: request.client_ip } : {}),
    };
    try {
        fill(why, explained(await post<Explanation>("/explain", asked, { signal })));
    } catch (error) {
        if (!signal.aborted) fill(why, note(`That cannot be told: ${message_of(error)}`));
    }
}
