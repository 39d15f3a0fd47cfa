import type { ReactElement, ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from "react-aria-components";

interface TabsProps {
  name: string;
  tabs: readonly { id: string; text: string; content: ReactNode }[];
}

/** Places beside each other, of which one is shown. */
export function Tabs({ name, tabs }: TabsProps): ReactElement {
  return (
    <AriaTabs className="tabs">
      <TabList className="tab-list" aria-label={name}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className="tab">
            {tab.text}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className="tab-panel">
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
