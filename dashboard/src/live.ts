// live.ts - Live: the gateway's live feed, as long as the page is open. It comes back when the gateway does.
import { address, get, Refused } from "./api";
import { Backoff } from "./backoff";
import { RequestLog } from "./request_log";
import { Series } from "./series";
import { on_token, subprotocols } from "./session";
import type { Hello, Request, Second, Status } from "./wire";

export type State = "connecting" | "live" | "waiting" | "locked";
type Message = ({ type: "hello" } & Hello) | ({ type: "request" } & Request) | ({ type: "second" } & Second);

// A feed that says something each second and has said nothing for so long is dead, whatever TCP thinks.
const longest_silence = 6_000;

// What is told: "state", "second" (its figures are in `series`), "request" (in `log`), "hello" (again after a restart).
export class Live extends EventTarget {
    readonly series = new Series();
    readonly log = new RequestLog();
    status: Status | null = null;
    state: State = "connecting";
    retry_at = 0; // while waiting
    answers = true; // questions, even if there is no feed: a gateway lets only so many watch
    #backoff = new Backoff();
    #socket: WebSocket | null = null;
    #attempt = 0; // which is the one that counts: what an earlier one still hears is nothing
    #timer = 0;
    #silence = 0;

    constructor() {
        super();
        on_token(() => this.connect());
        addEventListener("online", () => this.connect());
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden && this.state === "waiting") this.connect();
        });
    }

    // Now, whatever was waited for.
    connect() {
        clearTimeout(this.#timer);
        this.#drop();
        this.#become("connecting");
        void this.#open();
    }

    // Asks first: a WebSocket that is refused does not say why, and a wrong token is not a gateway that is away.
    async #open() {
        const attempt = ++this.#attempt;
        try {
            this.status = await get<Status>("/status");
            this.answers = true;
        } catch (error) {
            if (this.#attempt !== attempt) return;
            if (error instanceof Refused && error.status === 401) this.#become("locked");
            else {
                this.answers = false;
                this.#wait();
            }
            return;
        }
        if (this.#attempt === attempt) this.#listen();
    }

    #listen() {
        const where = address("/ws/live");
        where.protocol = where.protocol === "https:" ? "wss:" : "ws:";
        const socket = new WebSocket(where, subprotocols());
        this.#socket = socket;
        socket.addEventListener("message", (event) => {
            if (this.#socket === socket) this.#heard(String(event.data));
        });
        socket.addEventListener("close", () => {
            if (this.#socket !== socket) return;
            if (this.state === "live") this.answers = false; // until it does
            this.#wait();
        });
        this.#expect_more(socket);
    }

    #expect_more(socket: WebSocket | null) {
        clearTimeout(this.#silence);
        this.#silence = window.setTimeout(() => {
            if (this.#socket !== socket) return;
            this.#drop();
            this.#wait();
        }, longest_silence);
    }

    #heard(text: string) {
        this.#expect_more(this.#socket);
        const message = JSON.parse(text) as Message;
        if (message.type === "request") this.log.add(message);
        else if (message.type === "second") this.series.add(message);
        else if (message.type === "hello") {
            this.#backoff.succeeded();
            this.#become("live");
        }
        this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
    }

    #wait() {
        clearTimeout(this.#timer);
        clearTimeout(this.#silence);
        const delay = this.#backoff.next();
        this.retry_at = Date.now() + delay;
        this.#timer = window.setTimeout(() => this.connect(), delay);
        this.#become("waiting");
    }

    #drop() {
        const socket = this.#socket;
        this.#socket = null;
        clearTimeout(this.#silence);
        socket?.close();
    }

    #become(state: State) {
        this.state = state;
        this.dispatchEvent(new Event("state"));
    }
}
