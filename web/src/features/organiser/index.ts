export { Organiser } from "./Organiser.tsx";
