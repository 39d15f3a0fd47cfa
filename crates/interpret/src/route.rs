//! Routes between languages: over a graph of edges, each with the quality of its engine, the best
//! path, be it direct or through other languages.

use std::collections::{BTreeMap, BTreeSet};

use language::Tag;

/// More than three translations in a row leave little of what was said.
const LEGS_MAX: usize = 3;

/// What each further leg costs beside its own errors: names and numbers suffer at every step.
const LEG_LOSS: f64 = 0.98;

/// A way from one language to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The translations to be made, in order: from, to.
    pub legs: Vec<(Tag, Tag)>,
    /// The product of the legs' qualities: good for comparing, no promise.
    pub quality: f64,
}

/// For each wanted language the way into it, or none.
pub type Plan = BTreeMap<Tag, Option<Route>>;

/// The pairs that can be translated here.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    quality_by_pair: BTreeMap<(Tag, Tag), f64>,
}

impl Graph {
    /// Adds a pair with its quality in percent; of two engines for one pair the better one counts.
    pub fn add(&mut self, from: Tag, to: Tag, quality_percent: f64) {
        let quality = (quality_percent / 100.0).clamp(0.01, 1.0);
        let known = self.quality_by_pair.entry((from.primary(), to.primary())).or_insert(quality);
        *known = known.max(quality);
    }

    /// Returns the best way from one language to another. Equal ones: the shorter, then the one
    /// whose languages come first.
    pub fn route(&self, from: Tag, to: Tag) -> Option<Route> {
        let (from, to) = (from.primary(), to.primary());
        if from == to {
            return None;
        }
        // With three legs at most, trying all paths is simpler than Dijkstra and never slow: each
        // round extends the best path to each language by one leg.
        let mut best: BTreeMap<Tag, Route> = BTreeMap::new();
        best.insert(from, Route { legs: Vec::new(), quality: 1.0 });
        for _ in 0..LEGS_MAX {
            for (to, route) in self.extended(&best) {
                let is_better = best.get(&to).is_none_or(|known| route.quality > known.quality);
                if is_better {
                    best.insert(to, route);
                }
            }
        }
        best.remove(&to)
    }

    /// Returns what can be translated from and to, through pivots too, in the order of the tags.
    pub fn pairs(&self) -> Vec<(Tag, Tag)> {
        let languages: BTreeSet<Tag> =
            self.quality_by_pair.keys().flat_map(|&(from, to)| [from, to]).collect();
        let mut pairs = Vec::new();
        for &from in &languages {
            let reachable = languages.iter().filter(|&&to| self.route(from, to).is_some());
            pairs.extend(reachable.map(|&to| (from, to)));
        }
        pairs
    }

    /// Returns the way into each language that somebody wants, but for the spoken one.
    pub fn plan(&self, spoken: Tag, wanted: &BTreeSet<Tag>) -> Plan {
        wanted
            .iter()
            .map(|tag| tag.primary())
            .filter(|&tag| tag != spoken.primary())
            .map(|tag| (tag, self.route(spoken, tag)))
            .collect()
    }

    fn extended(&self, best: &BTreeMap<Tag, Route>) -> Vec<(Tag, Route)> {
        let mut extended = Vec::new();
        for (&at, route) in best {
            for (&(from, to), quality) in &self.quality_by_pair {
                let is_loop = route.legs.iter().any(|leg| leg.0 == to || leg.1 == to);
                if from != at || is_loop || route.legs.len() >= LEGS_MAX {
                    continue;
                }
                let loss = if route.legs.is_empty() { 1.0 } else { LEG_LOSS };
                let mut legs = route.legs.clone();
                legs.push((from, to));
                extended.push((to, Route { legs, quality: route.quality * quality * loss }));
            }
        }
        extended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> Tag {
        text.parse().expect("a tag of the test")
    }

    fn graph(edges: &[(&str, &str, f64)]) -> Graph {
        let mut graph = Graph::default();
        for &(from, to, quality) in edges {
            graph.add(tag(from), tag(to), quality);
        }
        graph
    }

    fn via(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
        let route = graph.route(tag(from), tag(to))?;
        Some(route.legs.iter().map(|(from, to)| format!("{from}>{to}")).collect())
    }

    #[test]
    fn a_pivot_is_taken_where_it_is_better_than_the_direct_way() {
        let graph = graph(&[("en", "es", 53.0), ("en", "pt", 72.0), ("pt", "es", 85.0)]);

        assert_eq!(via(&graph, "en", "es"), Some(vec!["en>pt".into(), "pt>es".into()]));
    }

    #[test]
    fn the_direct_way_is_taken_where_it_is_good_enough() {
        let graph = graph(&[("en", "es", 70.0), ("en", "pt", 72.0), ("pt", "es", 85.0)]);

        assert_eq!(via(&graph, "en", "es"), Some(vec!["en>es".into()]));
    }

    #[test]
    fn there_is_no_way_into_a_language_without_packs_nor_into_its_own() {
        let graph = graph(&[("en", "pt", 72.0)]);

        assert_eq!(via(&graph, "en", "ru"), None);
        assert_eq!(via(&graph, "pt", "en"), None);
        assert_eq!(via(&graph, "en", "en"), None);
    }

    #[test]
    fn four_legs_are_one_too_many() {
        let edges =
            [("a1", "b1", 99.0), ("b1", "c1", 99.0), ("c1", "d1", 99.0), ("d1", "e1", 99.0)];
        let edges: Vec<(String, String, f64)> = edges
            .iter()
            .map(|&(from, to, q)| (from.replace('1', "a"), to.replace('1', "a"), q))
            .collect();
        let edges: Vec<(&str, &str, f64)> =
            edges.iter().map(|(from, to, q)| (from.as_str(), to.as_str(), *q)).collect();
        let graph = graph(&edges);

        assert_eq!(via(&graph, "aa", "da").map(|legs| legs.len()), Some(3));
        assert_eq!(via(&graph, "aa", "ea"), None);
    }

    #[test]
    fn a_region_does_not_make_another_language() {
        let graph = graph(&[("en", "pt", 72.0)]);

        assert_eq!(via(&graph, "en-GB", "pt-BR"), Some(vec!["en>pt".into()]));
    }

    #[test]
    fn the_plan_is_the_union_of_what_is_wanted_without_the_spoken_language() {
        let graph = graph(&[("en", "pt", 72.0)]);
        let wanted = ["pt", "ru", "en", "pt-BR"].map(tag).into();

        let plan = graph.plan(Tag::EN, &wanted);

        assert_eq!(plan.keys().map(Tag::as_str).collect::<Vec<_>>(), ["pt", "ru"]);
        assert!(plan[&tag("pt")].is_some());
        assert_eq!(plan[&tag("ru")], None);
    }
}
