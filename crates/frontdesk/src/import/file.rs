//! The file: header, encoding, and which rows are good.

use super::row::{BadRow, COLUMNS, Row};
use csv::{Reader, ReaderBuilder, StringRecord};

/// The first line of every file.
const HEADER: [&str; COLUMNS] = ["User ID", "Timestamp (UTC)", "Message Body"];

/// What a file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// The good rows, in the order of the file.
    pub rows: Vec<Row>,
    /// The bad ones, each to be reported; they keep no good one out.
    pub bad: Vec<BadRow>,
}

/// Why nothing of a file can be imported.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The first line names other columns.
    #[error("its first line is not {}", HEADER.join(","))]
    Header,
    /// The text is in another encoding: it would come in garbled.
    #[error("it is not UTF-8 text (line {line})")]
    Encoding {
        /// Where the first wrong byte is.
        line: u64,
    },
}

impl Contents {
    /// Reads a whole file.
    ///
    /// # Errors
    /// When it is another kind of file altogether; bad rows are no error.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut records = Records::new(utf8(bytes)?);
        if records.next().is_none() || records.columns.iter().map(str::trim).ne(HEADER) {
            return Err(Unreadable::Header);
        }
        let mut contents = Self::default();
        while let Some((line, raw)) = records.next() {
            match records.check_closed(raw).and_then(|()| Row::parse(&records.columns)) {
                Ok(row) => contents.rows.push(row),
                Err(reason) => contents.bad.push(BadRow { line, reason }),
            }
        }
        Ok(contents)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Unreadable> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Unreadable::Encoding { line: newlines(&bytes[..error.valid_up_to()]) + 1 })?;
    // Spreadsheets write a byte order mark; it is no part of the header.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Reads records and knows their line: the reader's own count is off after blank lines and with CRLF.
struct Records<'t> {
    reader: Reader<&'t [u8]>,
    columns: StringRecord,
    /// What has not been read yet, and the line it begins on.
    rest: &'t str,
    line: u64,
}

impl<'t> Records<'t> {
    fn new(text: &'t str) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { reader, columns: StringRecord::new(), rest: text, line: 1 }
    }

    /// Reads the next record into `columns`; returns the line it begins on and its raw text. From UTF-8 in memory, with
    /// rows of any length, reading cannot fail.
    fn next(&mut self) -> Option<(u64, &'t str)> {
        let start = self.reader.position().byte();
        self.reader.read_record(&mut self.columns).ok().filter(|&found| found)?;
        let (taken, rest) = self.rest.split_at((self.reader.position().byte() - start) as usize);
        let record = taken.trim_start_matches(['\r', '\n']);
        let begins = self.line + newlines(taken.as_bytes()) - newlines(record.as_bytes());
        self.line += newlines(taken.as_bytes());
        self.rest = rest;
        Some((begins, record))
    }

    /// Refuses a last record whose double quote never closes: it has swallowed every row after it.
    fn check_closed(&self, raw: &str) -> Result<(), String> {
        let is_last = self.rest.trim().is_empty();
        if is_last && raw.contains(",\"") && raw.matches('"').count() % 2 == 1 {
            return Err(
                "a double quote opens here and never closes; it takes in all rows after it".to_owned()
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &str) -> Contents {
        Contents::read(format!("User ID,Timestamp (UTC),Message Body\n{rows}").as_bytes()).unwrap()
    }

    fn bodies(contents: &Contents) -> Vec<&str> {
        contents.rows.iter().map(|row| row.body.as_str()).collect()
    }

    fn bad_lines(contents: &Contents) -> Vec<u64> {
        contents.bad.iter().map(|row| row.line).collect()
    }

    #[test]
    fn reads_rows_with_commas_quotes_and_line_breaks() {
        let contents = read("1,2017-02-01 19:29:05,\"a, \"\"b\"\"\nc\"\r\n2,2017-02-01 7:37:00,d 5\" e\r\n");
        assert_eq!(bodies(&contents), ["a, \"b\"\nc", "d 5\" e"]);
        assert_eq!(contents.bad, []);
    }

    #[test]
    fn a_bad_row_is_reported_with_its_line_and_the_rest_goes_in() {
        let contents = read(
            "1,2017-02-01 19:29:05,good\r\n\r\nx,2017-02-01 19:29:05,bad user\n2,yesterday,bad time\n\
             3,2017-02-01 19:29:05,\"good\r\nover lines\"\r\n4,2017-02-01 19:29:05\r\n5,2017-02-01 19:29:05,a,b\n\
             6,2017-02-30 19:29:05,no such day\n6,2017-02-01 19:29:05,\u{200b}\n7,2017-02-01 19:29:05,good\n",
        );
        assert_eq!(bodies(&contents), ["good", "good\r\nover lines", "good"]);
        assert_eq!(bad_lines(&contents), [4, 5, 8, 9, 10, 11]);
        assert_eq!(contents.bad[0].to_string(), "line 4: the user id \"x\" is not a whole number");
        assert_eq!(contents.bad[5].to_string(), "line 11: the text is empty: write something");
        assert!(contents.bad[3].reason.contains("must be in double quotes"), "{}", contents.bad[3]);
    }

    #[test]
    fn a_quote_that_never_closes_is_reported_not_imported_as_one_message() {
        let contents =
            read("1,2017-02-01 19:29:05,good\n2,2017-02-01 19:29:05,\"open\n3,2017-02-01 19:29:05,c\n");
        assert_eq!(bodies(&contents), ["good"]);
        assert_eq!(bad_lines(&contents), [3]);
    }

    #[test]
    fn a_wrong_header_is_refused_and_a_byte_order_mark_is_not() {
        for wrong in ["", "\n", "a,b,c\n", "User ID,Message Body\n", "1,2017-02-01 19:29:05,no header\n"] {
            assert_eq!(Contents::read(wrong.as_bytes()), Err(Unreadable::Header), "{wrong:?}");
        }
        let marked = "\u{feff}User ID,Timestamp (UTC),Message Body\r\n1,2017-02-01 19:29:05,a\r\n";
        assert_eq!(bodies(&Contents::read(marked.as_bytes()).unwrap()), ["a"]);
    }

    #[test]
    fn another_encoding_is_refused_with_the_line_where_it_shows() {
        let latin1 =
            b"User ID,Timestamp (UTC),Message Body\n1,2017-02-01 19:29:05,a\n2,2017-02-01 19:29:05,caf\xe9\n";
        assert_eq!(Contents::read(latin1), Err(Unreadable::Encoding { line: 3 }));
        let utf16: Vec<u8> = "\u{feff}User ID,".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Contents::read(&utf16), Err(Unreadable::Encoding { line: 1 }));
    }
}
