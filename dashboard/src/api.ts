// api.ts - questions to the admin API, with the token, within a time, and with errors that can be shown.
import { token, token_refused } from "./session";

const patience = 15_000;

export class Refused extends Error {
    constructor(
        readonly status: number,
        message: string,
        readonly answer: unknown,
    ) {
        super(message);
    }
}

// Nothing has answered.
export class Unreachable extends Error {}

// Beside /dashboard/, wherever that is served.
export function address(path: string): URL {
    return new URL(`..${path}`, new URL("./", document.baseURI));
}

// Another token than the one kept, to try it.
export interface Options {
    signal?: AbortSignal | undefined;
    with_token?: string;
    patience?: number; // milliseconds
}

async function ask(method: string, path: string, body: unknown, options: Options): Promise<unknown> {
    const headers = new Headers({ Accept: "application/json" });
    const shown = options.with_token ?? token();
    if (shown !== null) headers.set("Authorization", `Bearer ${shown}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const enough = AbortSignal.timeout(options.patience ?? patience);
    const signal = options.signal ? AbortSignal.any([options.signal, enough]) : enough;
    const request: RequestInit = { method, headers, signal, cache: "no-store", credentials: "same-origin" };
    if (body !== undefined) request.body = JSON.stringify(body);
    let response: Response, text: string;
    try {
        response = await fetch(address(path), request);
        text = await response.text();
    } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new Unreachable("the gateway does not answer");
    }
    const answer = parsed(text);
    if (response.ok) return answer;
    if (response.status === 401 && options.with_token === undefined) token_refused();
    throw new Refused(response.status, reason(response, answer), answer);
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

function reason(response: Response, answer: unknown): string {
    const said = (answer as { error?: unknown } | null)?.error;
    return typeof said === "string" ? said : `the gateway answered ${response.status} ${response.statusText}`.trim();
}

export const get = <Answer>(path: string, options: Options = {}) =>
    ask("GET", path, undefined, options) as Promise<Answer>;
export const post = <Answer>(path: string, body?: unknown, options: Options = {}) =>
    ask("POST", path, body, options) as Promise<Answer>;
export const remove = <Answer>(path: string, options: Options = {}) =>
    ask("DELETE", path, undefined, options) as Promise<Answer>;

// Null where this gateway has no such page: a plugin that is not used, a feature that is not configured.
export async function get_if_there<Answer>(path: string, options: Options = {}): Promise<Answer | null> {
    try {
        return await get<Answer>(path, options);
    } catch (error) {
        if (error instanceof Refused && error.status === 404) return null;
        throw error;
    }
}

export const message_of = (error: unknown) => (error instanceof Error ? error.message : String(error));
