//! CSV as RFC 4180 has it, and safe to open in a spreadsheet.

/// The last column of every table: whether what stands in the row is invented. A column, so that
/// rows that are copied elsewhere take their mark along.
pub(super) const MARK: &str = "demonstration";

/// A table being written.
#[derive(Debug)]
pub(super) struct Csv {
    text: String,
    is_demonstration: bool,
}

impl Csv {
    pub(super) fn new(head: &[&str], is_demonstration: bool) -> Self {
        let mut csv = Self { text: String::new(), is_demonstration };
        csv.line(head, MARK);
        csv
    }

    pub(super) fn row(&mut self, cells: &[&str]) {
        self.line(cells, if self.is_demonstration { "true" } else { "false" });
    }

    fn line(&mut self, cells: &[&str], mark: &str) {
        for cell in cells {
            self.text.push_str(&quoted(&safe(cell)));
            self.text.push(',');
        }
        self.text.push_str(mark);
        self.text.push_str("\r\n");
    }

    /// Returns the bytes; a byte order mark tells spreadsheets that this is UTF-8.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        format!("\u{FEFF}{}", self.text).into_bytes()
    }
}

/// Returns the cell so that no spreadsheet takes it for a formula: an apostrophe before `=`, `+`,
/// `-`, `@`, tab or line break, also behind blanks. A number stays as it is.
pub fn safe(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    let first = cell.trim_start_matches(' ').chars().next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    );
    if is_formula && !is_number { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n', '\'', ' ']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_looks_like_a_formula_stays_text() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe(" @SUM(A1)"), "' @SUM(A1)");
        assert_eq!(safe("-2+3"), "'-2+3");
        assert_eq!(safe("-0.25"), "-0.25");
        assert_eq!(safe("world.health"), "world.health");
    }

    #[test]
    fn quotes_and_lines_stay_in_their_cell() {
        let mut csv = Csv::new(&["a"], false);

        csv.row(&["she said \"no\"\nand left"]);

        let text = String::from_utf8(csv.into_bytes()).expect("text");
        let expected = "\u{FEFF}a,demonstration\r\n\"she said \"\"no\"\"\nand left\",false\r\n";
        assert_eq!(text, expected);
    }
}
