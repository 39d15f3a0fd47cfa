import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** What a feature may import of another one: its index only. */
const featureEdges = ["organiser", "meeting"].map((noun) => ({
  files: [`src/features/${noun}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": ["error", { patterns: [{ regex: `features/(?!${noun}/)[a-z]+/.+|^\\.\\./(?!\\.\\./)[a-z]+/(?!index\\.ts$)`, message: "Import another feature through its index.ts." }] }],
  },
}));

/** Words belong into messages/<language>/<noun>.json. */
const noVisibleWords = [
  { selector: "JSXText[value=/\\p{L}{2,}/u]", message: "A visible word belongs into messages/<language>/<noun>.json." },
  { selector: "JSXAttribute[name.name=/^(label|title|placeholder|alt|aria-label|hint|description)$/] > Literal[value=/\\p{L}{2,}/u]", message: "A visible word belongs into messages/<language>/<noun>.json." },
  { selector: "ExportDefaultDeclaration", message: "Exports have names." },
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "no-restricted-syntax": ["error", ...noVisibleWords],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false, properties: false } }],
      "max-lines": ["error", { max: 300, skipBlankLines: true }],
      "max-params": ["error", 6],
    },
  },
  {
    files: ["src/features/**/*.tsx", "src/app/**/*.tsx"],
    rules: {
      "no-restricted-syntax": ["error", ...noVisibleWords, { selector: "JSXOpeningElement[name.name=/^(button|input|select|textarea)$/]", message: "Interactive elements come from primitives/." }],
    },
  },
  { files: ["src/primitives/**/*.{ts,tsx}", "src/kit/**/*.{ts,tsx}", "src/api/**/*.ts"], rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["**/features/**"], message: "What everybody uses knows no feature." }] }] } },
  ...featureEdges,
  { files: ["src/**/*.test.{ts,tsx}"], rules: { "no-restricted-syntax": "off", "max-lines": "off" } },
  { files: ["e2e/**/*.mjs", "scripts/**/*.mjs", "*.js"], languageOptions: { globals: Object.fromEntries(["process", "console", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "fetch", "URL", "Buffer", "document", "window", "performance", "navigator", "getComputedStyle", "AbortSignal", "structuredClone", "URLSearchParams", "DOMException", "TextDecoder", "globalThis"].map((name) => [name, "readonly"])) } },
);
