import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App, AppModel } from "./app/App.tsx";
import "./styles/base.css";
import "./styles/primitives.css";
import "./features/frame/frame.css";

const root = document.getElementById("app");
if (root !== null) {
  const model = await AppModel.start();
  createRoot(root).render(
    <StrictMode>
      <App model={model} />
    </StrictMode>,
  );
}
