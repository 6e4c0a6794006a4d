// stage.ts - Stage: what a view may use for as long as it is shown. When the reader goes elsewhere, all of it ends.
import { message_of, Refused, Unreachable } from "./api";
import type { Live } from "./live";

export class Stage {
    readonly #end = new AbortController();

    constructor(
        readonly live: Live,
        readonly query: URLSearchParams,
        readonly complain: (text: string) => void,
    ) {}

    get signal(): AbortSignal {
        return this.#end.signal;
    }

    end() {
        this.#end.abort();
    }

    listen(event: "state" | "hello", listener: () => void): void;
    listen<Detail>(event: "second" | "request", listener: (detail: Detail) => void): void;
    listen(event: string, listener: (detail: never) => void) {
        this.live.addEventListener(event, (told) => listener((told as CustomEvent).detail as never), {
            signal: this.signal,
        });
    }

    // Now and each so often, one after the other; not while nobody looks, and at once when the gateway is back. What
    // fails is said: that the gateway is away, or wants a token, the whole page says already.
    every(milliseconds: number, task: () => Promise<void>) {
        let timer = 0;
        let running = false;
        const run = async () => {
            clearTimeout(timer);
            if (running || this.signal.aborted) return;
            running = true;
            if (!document.hidden) await this.attempt(task);
            running = false;
            if (!this.signal.aborted) timer = window.setTimeout(() => void run(), milliseconds);
        };
        this.signal.addEventListener("abort", () => clearTimeout(timer));
        this.listen("hello", () => void run());
        document.addEventListener("visibilitychange", () => void run(), { signal: this.signal });
        void run();
    }

    // Returns whether it went well.
    async attempt(task: () => Promise<void>): Promise<boolean> {
        try {
            await task();
            return true;
        } catch (error) {
            const told = error instanceof Unreachable || (error instanceof Refused && error.status === 401);
            if (!this.signal.aborted && !told) this.complain(message_of(error));
            return false;
        }
    }
}

export type View = (stage: Stage) => HTMLElement;
