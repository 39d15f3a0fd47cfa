import { story } from "./story.mjs";

story("sqlite");
