//! What the demonstration says: invented, in six languages.

use language::Tag;
use store::Texts;

pub(super) const ORGANISATION: &str = "River Cities Forum";
pub(super) const SLUG: &str = "the-future-we-want";

/// A sentence of the record: who said it in which language, and its words in ar zh en fr ru es.
pub(super) struct Said {
    pub(super) speaker: u64,
    pub(super) language: Tag,
    pub(super) words: [&'static str; 6],
}

pub(super) fn title() -> Texts {
    texts([
        "أي مستقبل نريد؟",
        "我们想要什么样的未来？",
        "What future do we want?",
        "Quel avenir voulons-nous ?",
        "Какого будущего мы хотим?",
        "¿Qué futuro queremos?",
    ])
}

pub(super) fn description() -> Texts {
    texts([
        "أجب عن بضعة أسئلة، وانضم إلى اجتماع، واقرأ ما قيل. يناقش رؤساء البلديات النتيجة علنًا وينشرون ما يقررونه.",
        "回答几个问题，参加会议，阅读大家的发言。市长们公开讨论结果，并公布他们的决定。",
        "Answer a few questions, join a meeting, read what was said. Mayors discuss the result in public and publish what they decide.",
        "Répondez à quelques questions, participez à une réunion, lisez ce qui s’y est dit. Les maires débattent du résultat en public et publient leurs décisions.",
        "Ответьте на несколько вопросов, присоединитесь к встрече, прочитайте, что было сказано. Мэры открыто обсуждают итоги и публикуют свои решения.",
        "Responda a unas preguntas, participe en una reunión, lea lo que se dijo. Los alcaldes debaten el resultado en público y publican lo que deciden.",
    ])
}

pub(super) fn past_title() -> Texts {
    texts([
        "ما الذي يجب أن يأتي أولًا؟",
        "什么应该放在首位？",
        "What should come first?",
        "Qu’est-ce qui doit venir en premier ?",
        "Что должно быть на первом месте?",
        "¿Qué debe ir primero?",
    ])
}

pub(super) fn next_title() -> Texts {
    texts([
        "من يقرر عندما ترتفع المياه؟",
        "水涨时由谁决定？",
        "Who decides when the water rises?",
        "Qui décide quand l’eau monte ?",
        "Кто решает, когда поднимается вода?",
        "¿Quién decide cuando sube el agua?",
    ])
}

/// Invented advice, each within the question's 140 characters.
pub(super) const ADVICE: [&str; 12] = [
    "Listen to the people who live by the water.",
    "Keep every promise that was made, before making a new one.",
    "Ask the young, and then act on what they say.",
    "Publish what was decided and what was not, every year.",
    "Écoutez d’abord les villes qui perdent leurs terres.",
    "Donnez l’eau potable à chaque école.",
    "Escuche a quienes cuidan los ríos.",
    "Que ningún país decida solo sobre un río de todos.",
    "Слушайте тех, кого это касается.",
    "استمعوا إلى من يعيشون على ضفاف النهر.",
    "让每个人都能喝上干净的水。",
    "Make it easier for small countries to be heard.",
];

pub(super) const SAID: [Said; 8] = [
    Said {
        speaker: 0,
        language: Tag::EN,
        words: [
            "مرحبًا بكم جميعًا. نجتمع اليوم لنسأل ما الذي يجب أن يأتي أولًا.",
            "欢迎大家。今天我们在此讨论什么应该放在首位。",
            "Welcome, everybody. We meet today to ask what should come first.",
            "Bienvenue à toutes et à tous. Nous nous réunissons aujourd’hui pour demander ce qui doit venir en premier.",
            "Добро пожаловать. Сегодня мы собрались, чтобы спросить, что должно быть на первом месте.",
            "Bienvenidos todos. Hoy nos reunimos para preguntar qué debe ir primero.",
        ],
    },
    Said {
        speaker: 1,
        language: Tag::EN,
        words: [
            "في مدينتنا جاءت المياه ثلاث مرات هذا العام، ولم تُغلق المدرسة سوى مرة واحدة.",
            "今年我们城市被水淹了三次，而学校只关闭了一次。",
            "In our city the water came three times this year, and the school closed only once.",
            "Dans notre ville, l’eau est venue trois fois cette année et l’école n’a fermé qu’une fois.",
            "В нашем городе вода приходила трижды за год, а школа закрылась лишь однажды.",
            "En nuestra ciudad el agua llegó tres veces este año y la escuela solo cerró una vez.",
        ],
    },
    Said {
        speaker: 2,
        language: Tag::FR,
        words: [
            "لا نطلب مالًا أكثر، بل نطلب أن نعرف قبل غيرنا متى تُفتح السدود.",
            "我们不是要更多的钱，而是希望提前知道水坝何时开闸。",
            "We do not ask for more money; we ask to know before others when the dams are opened.",
            "Nous ne demandons pas plus d’argent ; nous demandons à savoir avant les autres quand on ouvre les barrages.",
            "Мы не просим больше денег; мы просим знать раньше других, когда открывают плотины.",
            "No pedimos más dinero; pedimos saber antes que otros cuándo se abren las presas.",
        ],
    },
    Said {
        speaker: 3,
        language: Tag::ES,
        words: [
            "يجب أن تأتي مياه الشرب أولًا، ثم الصحة، لأن إحداهما بلا الأخرى لا تدوم.",
            "饮用水应该第一，然后是健康，因为缺一不可。",
            "Drinking water should come first, then health, because one without the other does not last.",
            "L’eau potable doit venir en premier, puis la santé, car l’une sans l’autre ne dure pas.",
            "Сначала питьевая вода, затем здоровье, потому что одно без другого недолговечно.",
            "Primero el agua potable y después la salud, porque una sin la otra no dura.",
        ],
    },
    Said {
        speaker: 4,
        language: Tag::ZH,
        words: [
            "حين تقرر المدن الواقعة في أعلى النهر وحدها، يدفع الثمن من هم في أسفله.",
            "如果上游城市单独决定，下游的人就要付出代价。",
            "When the cities upstream decide alone, people downstream pay for it.",
            "Quand les villes en amont décident seules, ce sont les gens en aval qui paient.",
            "Когда города выше по течению решают одни, платят те, кто ниже.",
            "Cuando las ciudades río arriba deciden solas, pagan los de río abajo.",
        ],
    },
    Said {
        speaker: 5,
        language: Tag::AR,
        words: [
            "نحتاج إلى أن يسمعنا من يقرر، بلغتنا، وقبل أن يُتخذ القرار.",
            "我们需要在作出决定之前，用我们的语言被决策者听到。",
            "We need those who decide to hear us, in our language, and before the decision is made.",
            "Nous avons besoin que ceux qui décident nous entendent, dans notre langue et avant la décision.",
            "Нам нужно, чтобы те, кто решает, услышали нас на нашем языке и до принятия решения.",
            "Necesitamos que quienes deciden nos escuchen, en nuestra lengua y antes de decidir.",
        ],
    },
    Said {
        speaker: 6,
        language: Tag::RU,
        words: [
            "المناخ لا ينتظر الانتخابات. نقترح خطة لعشر سنوات تراجعها المدن كل عام.",
            "气候不等选举。我们建议制定十年计划，由各城市每年审查。",
            "The climate does not wait for elections. We propose a plan for ten years that the cities review every year.",
            "Le climat n’attend pas les élections. Nous proposons un plan de dix ans que les villes revoient chaque année.",
            "Климат не ждёт выборов. Мы предлагаем план на десять лет, который города пересматривают каждый год.",
            "El clima no espera a las elecciones. Proponemos un plan de diez años que las ciudades revisen cada año.",
        ],
    },
    Said {
        speaker: 0,
        language: Tag::EN,
        words: [
            "شكرًا لكم. ما قيل هنا سيُنشر في التقرير مع الأرقام.",
            "谢谢大家。这里所说的内容将与数据一起发表在报告中。",
            "Thank you. What was said here will be published in the report, with the numbers.",
            "Merci. Ce qui a été dit ici sera publié dans le rapport, avec les chiffres.",
            "Спасибо. Сказанное здесь будет опубликовано в отчёте вместе с цифрами.",
            "Gracias. Lo dicho aquí se publicará en el informe, con las cifras.",
        ],
    },
];

/// Words in ar zh en fr ru es.
fn texts(words: [&str; 6]) -> Texts {
    Texts(language::UN.iter().zip(words).map(|(tag, text)| (*tag, text.to_owned())).collect())
}
