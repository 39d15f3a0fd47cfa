//! The message catalogues: `messages/<language>/<noun>.json`, embedded when building.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::message::{Message, Value};
use crate::tag::{Tag, UN};

// `FILES: &[(&str, &str, &str)]` of (language, noun, text) and `NOUNS: &[&str]`, by build.rs.
include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    tag: Tag,
    message_by_key: &'static BTreeMap<String, Message>,
}

impl Words {
    /// Returns the words of a language, English where we have no catalogue of it.
    pub fn of(tag: Tag) -> Self {
        let known = if UN.contains(&tag.primary()) { tag.primary() } else { Tag::EN };
        Self { tag: known, message_by_key: catalogue_of(known) }
    }

    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// Returns the text of `noun.key` with its arguments filled in. A key that is missing in this
    /// language is taken from English; one that is missing there too shows as itself, which the
    /// tests of the catalogues find.
    pub fn text(&self, key: &str, arguments: &[(&str, Value)]) -> String {
        match self.message_by_key.get(key).or_else(|| catalogue_of(Tag::EN).get(key)) {
            Some(message) => message.format(self.tag, arguments),
            None => key.to_owned(),
        }
    }

    /// Returns whether a text of this key exists, in this language or in English.
    pub fn has(&self, key: &str) -> bool {
        self.message_by_key.contains_key(key) || catalogue_of(Tag::EN).contains_key(key)
    }
}

/// Returns all messages of one of the six languages by key (`noun.key`); empty for others.
pub fn catalogue_of(tag: Tag) -> &'static BTreeMap<String, Message> {
    static ALL: OnceLock<BTreeMap<Tag, BTreeMap<String, Message>>> = OnceLock::new();
    static NONE: BTreeMap<String, Message> = BTreeMap::new();
    ALL.get_or_init(load).get(&tag).unwrap_or(&NONE)
}

fn load() -> BTreeMap<Tag, BTreeMap<String, Message>> {
    let mut all: BTreeMap<Tag, BTreeMap<String, Message>> = BTreeMap::new();
    for (language, noun, text) in FILES {
        let tag: Tag = language.parse().expect("a folder of messages is named by its tag");
        let flat: BTreeMap<String, String> =
            serde_json::from_str(text).expect("`cargo xtask tidy` holds the catalogues to be JSON");
        let messages = all.entry(tag).or_default();
        for (key, text) in flat {
            let message = Message::parse(&text)
                .unwrap_or_else(|error| panic!("messages/{language}/{noun}.json, {key}: {error}"));
            messages.insert(format!("{noun}.{key}"), message);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_noun_stands_in_every_language() {
        let by_language: Vec<BTreeSet<&str>> = UN
            .iter()
            .map(|tag| {
                FILES.iter().filter(|file| file.0 == tag.as_str()).map(|file| file.1).collect()
            })
            .collect();

        for nouns in by_language {
            assert_eq!(nouns, NOUNS.iter().copied().collect());
        }
    }

    #[test]
    fn an_unknown_key_shows_as_itself() {
        assert_eq!(Words::of(Tag::FR).text("nothing.here", &[]), "nothing.here");
    }
}
