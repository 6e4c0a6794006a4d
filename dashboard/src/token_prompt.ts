// token_prompt.ts - asks for the admin token, once, when the gateway has asked for it.
import { get, message_of, Refused } from "./api";
import { h } from "./dom";
import { keep_token, on_refused, token } from "./session";

let open = false;

export function ask_when_refused() {
    on_refused(() => {
        if (!open) ask();
    });
}

function ask() {
    open = true;
    const complaint = h("p", { class: "complaint", role: "alert", id: "token-complaint" });
    if (token() !== null) complaint.textContent = "The token kept for this tab is not the gateway's any more.";
    const input = h("input", {
        type: "password",
        id: "token",
        name: "token",
        autocomplete: "current-password",
        required: true,
        spellcheck: "false",
        "aria-describedby": "token-complaint",
    });
    const form = h(
        "form",
        { method: "dialog" },
        h("h2", {}, "This gateway asks for its admin token"),
        h("p", {}, "It is kept for this tab only, and sent to this gateway only."),
        h("label", { for: "token" }, "Admin token"),
        input,
        complaint,
        h("footer", {}, h("button", { type: "submit", class: "primary" }, "Open the dashboard")),
    );
    const dialog = h("dialog", { class: "question", "aria-label": "Admin token" }, form);
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        void attempt(input, complaint, dialog);
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault()); // there is nothing behind it to go to
    dialog.addEventListener("close", () => {
        open = false;
        dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
}

async function attempt(input: HTMLInputElement, complaint: HTMLElement, dialog: HTMLDialogElement) {
    complaint.textContent = "";
    try {
        await get("/status", { with_token: input.value });
        dialog.close();
        keep_token(input.value);
    } catch (error) {
        const wrong = error instanceof Refused && error.status === 401;
        complaint.textContent = wrong ? "This is not the gateway's token." : message_of(error);
        input.select();
    }
}
