import { useState, type ReactElement } from "react";

import type { Problem } from "../../api/index.ts";
import { useWords } from "../../kit/index.ts";
import { Button, Dialog, Note } from "../../primitives/index.ts";

interface RemoveDemonstrationProps {
  onRemove: () => Promise<Problem | null>;
  onClose: () => void;
}

/** Asks before the demonstration goes. */
export function RemoveDemonstration({ onRemove, onClose }: RemoveDemonstrationProps): ReactElement {
  const words = useWords();
  const t = words.text;
  const [isRemoving, setRemoving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const remove = async (): Promise<void> => {
    setRemoving(true);
    setProblem(await onRemove());
    setRemoving(false);
  };
  return (
    <Dialog title={t("organiser.remove_question")} onClose={onClose}>
      <p>{t("organiser.remove_what")}</p>
      {problem === null ? null : (
        <Note kind="bad" title={words.problem(problem.code).title}>
          <p>{words.problem(problem.code).text}</p>
        </Note>
      )}
      <div className="acts">
        <Button autoFocus onPress={onClose}>
          {t("organiser.keep_it")}
        </Button>
        <Button variant="danger-solid" onPress={() => void remove()} pending={isRemoving ? t("organiser.removing") : undefined}>
          {t("organiser.remove_demonstration")}
        </Button>
      </div>
    </Dialog>
  );
}
