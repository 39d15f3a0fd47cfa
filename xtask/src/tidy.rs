//! What holds the house together and no compiler checks. Each check returns its findings, in
//! words; each is a test too.

mod edges;
mod face;
mod length;
mod licence;
mod words;

type Check = fn() -> Vec<String>;

/// Runs all checks and prints what they find. Returns whether there was nothing.
pub(crate) fn run() -> bool {
    length::print_longest();
    let checks: [(&str, Check); 11] = [
        ("crate edges", edges::between_crates),
        ("third-party crates", edges::to_third_parties),
        ("pure crates", edges::in_pure_crates),
        ("clippy thresholds", edges::in_clippy_files),
        ("file lengths", length::of_files),
        ("function lengths", length::of_functions),
        ("catalogues", words::in_catalogues),
        ("words that do not belong", words::in_files),
        ("lints silenced", words::silenced),
        ("licences", licence::of_dependencies),
        ("contrast", face::contrast),
    ];
    let mut is_tidy = true;
    for (name, check) in checks {
        let findings = check();
        println!("tidy: {name}: {}", if findings.is_empty() { "ok" } else { "findings" });
        for finding in &findings {
            println!("  {finding}");
        }
        is_tidy &= findings.is_empty();
    }
    is_tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! nothing_found_by {
        ($($name:ident: $check:path,)*) => {$(
            #[test]
            fn $name() {
                assert_eq!($check(), Vec::<String>::new());
            }
        )*};
    }

    nothing_found_by! {
        crates_depend_downwards_only: edges::between_crates,
        third_party_crates_stop_where_they_are_imported: edges::to_third_parties,
        pure_crates_have_no_clock_no_chance_and_no_io: edges::in_pure_crates,
        every_clippy_file_has_the_same_thresholds: edges::in_clippy_files,
        no_file_is_too_long: length::of_files,
        no_function_is_too_long: length::of_functions,
        catalogues_are_complete_with_equal_placeholders: words::in_catalogues,
        no_file_says_what_does_not_belong: words::in_files,
        no_lint_is_silenced_and_no_test_ignored: words::silenced,
        every_dependency_has_a_licence_we_accept: licence::of_dependencies,
        text_and_controls_have_enough_contrast: face::contrast,
    }
}
