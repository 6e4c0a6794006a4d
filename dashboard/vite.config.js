// vite.config.js - how the dashboard becomes a few static files; `npm run dev` serves it before a running gateway.
import { defineConfig } from "vite";

const gateway = process.env.TOLLGATE_ADMIN ?? "http://127.0.0.1:9180";

export default defineConfig({
    base: "./", // asked for below /dashboard/, or wherever a proxy puts that
    build: {
        target: "es2022",
        cssTarget: "chrome123", // light-dark()
        outDir: process.env.TOLLGATE_DASHBOARD_OUT ?? "dist",
        emptyOutDir: true,
        assetsInlineLimit: 0, // no data: URLs, which the page's Content-Security-Policy refuses
        modulePreload: false,
    },
    server: {
        // The page asks beside itself: /dashboard/ is this server's, everything else the gateway's.
        proxy: {
            "^/(?!@|src|node_modules|index.html|favicon|$)": {
                target: gateway,
                ws: true,
                changeOrigin: true,
                headers: { origin: gateway },
            },
        },
    },
});
