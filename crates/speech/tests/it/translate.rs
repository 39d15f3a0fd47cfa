//! Translation on sentences nobody tuned for: the Universal Declaration of Human Rights, paragraph
//! by paragraph.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use language::Tag;
use speech::{Job, Pool, Queue, Task};

use crate::metric::chrf;
use crate::{library, models};

const SENTENCES: [(&str, &str); 4] = [
    ("en", "The delegates adopted the resolution by consensus."),
    ("pt", "Os delegados adotaram a resolução por consenso."),
    ("es", "Los delegados adoptaron la resolución por consenso."),
    ("fr", "Les délégués ont adopté la résolution par consensus."),
];

#[test]
fn english_to_portuguese_reaches_65_chrf() {
    let score = score("en", "pt");

    assert!(score >= 65.0, "chrF {score:.1}");
}

#[test]
fn portuguese_to_english_reaches_70_chrf() {
    let score = score("pt", "en");

    assert!(score >= 70.0, "chrF {score:.1}");
}

#[expect(clippy::print_stdout, reason = "the score is what one runs this for")]
fn score(from: &str, to: &str) -> f64 {
    let library = library();
    let route = library
        .graph()
        .route(tag(from), tag(to))
        .expect("run make models: there is no way between these languages");
    let pool = Pool::start(&library, 1).expect("threads can be started");
    let (sender, answers) = mpsc::channel();
    let (sources, references) = (paragraphs(from), paragraphs(to));
    assert_eq!(sources.len(), references.len(), "the declarations do not align");

    let begun = Instant::now();
    let mut pairs = Vec::new();
    for (text, reference) in sources.into_iter().zip(references) {
        let sender = sender.clone();
        let answer = Box::new(move |answer| drop(sender.send(answer)));
        let task = Task::Translate { text, legs: route.legs.clone() };
        let deadline = Instant::now() + Duration::from_mins(1);
        let job = Job { task, queue: Queue::Lasting, deadline, answer };
        pool.submit(job).expect("one at a time");
        let translated = answers.recv().expect("each job is answered").expect("it translates");
        pairs.push((reference, translated));
    }

    let score = chrf(&pairs);
    let words: usize = pairs.iter().map(|pair| pair.1.split_whitespace().count()).sum();
    let rate = words as f64 / begun.elapsed().as_secs_f64();
    println!("{from}→{to}: chrF {score:.1} over {} paragraphs, {rate:.0} words/s", pairs.len());
    score
}

fn tag(text: &str) -> Tag {
    text.parse().expect("a tag of the test")
}

/// Returns the paragraphs of the articles, without markup.
fn paragraphs(language: &str) -> Vec<String> {
    let path = models().join("clips").join(format!("udhr_{language}.html"));
    let html = std::fs::read_to_string(path).expect("run make models");
    let mut paragraphs = Vec::new();
    for article in html.split("<article").skip(1) {
        let article = article.split("</article>").next().unwrap_or_default();
        for paragraph in article.split("<p>").skip(1) {
            let text = strip(paragraph.split("</p>").next().unwrap_or_default());
            if !text.is_empty() {
                paragraphs.push(text);
            }
        }
    }
    paragraphs
}

fn strip(html: &str) -> String {
    let mut text = String::new();
    let mut is_inside = false;
    for letter in html.chars() {
        match letter {
            '<' => is_inside = true,
            '>' => is_inside = false,
            letter if !is_inside => text.push(letter),
            _ => {}
        }
    }
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bergamot's pairs are packs; Apertium's are tried where they are installed.
#[test]
fn every_pair_that_is_present_says_something_in_the_other_language() {
    let library = library();
    let pool = Pool::start(&library, 1).expect("threads can be started");

    for (from, text) in SENTENCES {
        for (_, to) in library.graph().pairs().into_iter().filter(|pair| pair.0 == tag(from)) {
            let route = library.graph().route(tag(from), to).expect("it is a pair");
            for _ in 0..2 {
                let (sender, answers) = mpsc::channel();
                let answer = Box::new(move |answer| drop(sender.send(answer)));
                let task = Task::Translate { text: text.to_owned(), legs: route.legs.clone() };
                let deadline = Instant::now() + Duration::from_mins(1);
                let begun = Instant::now();
                let job = Job { task, queue: Queue::Lasting, deadline, answer };
                pool.submit(job).expect("one at a time");

                let translated = answers.recv().expect("each job is answered").expect("it works");

                println!("{:?} in {:?}: {translated}", route.legs, begun.elapsed());
                assert!(!translated.is_empty() && translated != text, "{from} {to}: {translated}");
                assert!(!translated.contains(['\0', '[', ']']), "{translated}");
            }
        }
    }
}
