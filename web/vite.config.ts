/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Fonts and scripts keep a name of their contents, so that the server may let browsers keep them a year. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // The media client alone weighs more than the default limit; it is loaded with the meeting only.
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: { "/api": "http://localhost:8080", "/rtc": { target: "ws://localhost:8080", ws: true } } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test.setup.ts"],
    restoreMocks: true,
  },
});
