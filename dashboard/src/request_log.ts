// request_log.ts - RequestLog: the requests of late, and which of them are asked for.
import type { Request } from "./wire";

export interface Filter {
    text: string; // any of what names the request contains it; "" is all
    status: "" | "2xx" | "3xx" | "4xx" | "429" | "5xx" | "bad"; // bad: 4xx and 5xx
    route: string;
}

export const everything: Filter = { text: "", status: "", route: "" };

// As GET /analytics names what no route took.
const no_route = "(none)";

function has_status(request: Request, wanted: Filter["status"]): boolean {
    if (wanted === "") return true;
    if (wanted === "bad") return request.status >= 400;
    if (wanted === "429") return request.status === 429;
    return String(request.status).startsWith(wanted.charAt(0));
}

export function matches(request: Request, filter: Filter): boolean {
    if (!has_status(request, filter.status)) return false;
    if (filter.route !== "" && (request.route ?? no_route) !== filter.route) return false;
    const wanted = filter.text.trim().toLowerCase();
    if (wanted === "") return true;
    const named = [
        `${request.method} ${request.path}`,
        request.route,
        request.caller,
        request.owner,
        request.tier,
        request.client_ip,
        request.upstream,
        request.target,
        request.request_id,
        request.trace_id,
        request.reason,
        String(request.status),
    ];
    return named.some((name) => name !== undefined && name.toLowerCase().includes(wanted));
}

// A request that came by the feed and by GET /logs is one. Its id does not say so: numbers begin anew with the gateway,
// and a database has its own.
export const key_of = (request: Request) =>
    `${request.time.slice(0, "2026-11-21T09:00:00.123".length)} ${request.request_id ?? request.id ?? ""} ${request.path}`;

export class RequestLog {
    #requests: Request[] = []; // the newest first
    #known = new Set<string>();

    constructor(readonly length = 1000) {}

    // Returns false for one that is there already.
    add(request: Request): boolean {
        const key = key_of(request);
        if (this.#known.has(key)) return false;
        this.#known.add(key);
        const newer = this.#requests.findIndex((other) => other.time <= request.time);
        if (newer === -1) this.#requests.push(request);
        else this.#requests.splice(newer, 0, request);
        while (this.#requests.length > this.length) this.#known.delete(key_of(this.#requests.pop() as Request));
        return true;
    }

    matching(filter: Filter, most: number): Request[] {
        const found: Request[] = [];
        for (const request of this.#requests) {
            if (found.length === most) break;
            if (matches(request, filter)) found.push(request);
        }
        return found;
    }

    clear() {
        this.#requests = [];
        this.#known.clear();
    }
}
