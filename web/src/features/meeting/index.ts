export { Meeting } from "./Meeting.tsx";
