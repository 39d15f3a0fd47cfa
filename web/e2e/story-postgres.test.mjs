import { story } from "./story.mjs";

story("postgres");
