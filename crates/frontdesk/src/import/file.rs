//! The file: header, encoding, and which rows are good.

use super::row::{BadRow, COLUMNS, Row};
use csv::{ByteRecord, Reader, ReaderBuilder, StringRecord};
use domain::Timestamp;

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
    /// The text is in an encoding of two bytes a character.
    #[error("it is UTF-16, not UTF-8 text")]
    Utf16,
}

impl Contents {
    /// Reads a whole file. What was written more than a day after `now` is a bad row.
    ///
    /// # Errors
    /// When it is another kind of file altogether; bad rows are no error.
    pub fn read(bytes: &[u8], now: Timestamp) -> Result<Self, Unreadable> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(Unreadable::Utf16);
        }
        // Spreadsheets write a byte order mark; it is no part of the header.
        let mut records = Records::new(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes));
        let header = records.next().and_then(|_| records.columns().ok());
        if header.is_none_or(|header| header.iter().map(str::trim).ne(HEADER)) {
            return Err(Unreadable::Header);
        }
        let mut contents = Self::default();
        while let Some((line, raw)) = records.next() {
            let row = records.check_closed(raw).and_then(|()| records.columns());
            match row.and_then(|columns| Row::parse(&columns, now)) {
                Ok(row) => contents.rows.push(row),
                Err(reason) => contents.bad.push(BadRow { line, reason }),
            }
        }
        Ok(contents)
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Reads records and knows their line: the reader's own count is off after blank lines and with CRLF.
struct Records<'t> {
    reader: Reader<&'t [u8]>,
    record: ByteRecord,
    /// What has not been read yet, and the line it begins on.
    rest: &'t [u8],
    line: u64,
}

impl<'t> Records<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        Self { reader, record: ByteRecord::new(), rest: bytes, line: 1 }
    }

    /// Reads the next record; returns the line it begins on and its raw bytes. From memory, with rows of any length,
    /// reading cannot fail.
    fn next(&mut self) -> Option<(u64, &'t [u8])> {
        let start = self.reader.position().byte();
        self.reader.read_byte_record(&mut self.record).ok().filter(|&found| found)?;
        let (taken, rest) = self.rest.split_at((self.reader.position().byte() - start) as usize);
        let blank = taken.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let (blank, record) = taken.split_at(blank);
        let begins = self.line + newlines(blank);
        self.line += newlines(taken);
        self.rest = rest;
        Some((begins, record))
    }

    /// The record's columns, unless its text is in another encoding: it would come in garbled.
    fn columns(&self) -> Result<StringRecord, String> {
        StringRecord::from_byte_record(self.record.clone())
            .map_err(|_| "it is not UTF-8 text: save the file as UTF-8 and import it again".to_owned())
    }

    /// Refuses a last record whose double quote never closes: it has swallowed every row after it.
    fn check_closed(&self, raw: &[u8]) -> Result<(), String> {
        let is_last = self.rest.trim_ascii().is_empty();
        let opens = raw.windows(2).any(|pair| pair == b",\"");
        if is_last && opens && raw.iter().filter(|&&byte| byte == b'"').count() % 2 == 1 {
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

    /// 2026-11-25 00:00.
    const NOW: Timestamp = Timestamp::from_micros(1_795_564_800_000_000);

    fn read(rows: &str) -> Contents {
        Contents::read(format!("User ID,Timestamp (UTC),Message Body\n{rows}").as_bytes(), NOW).unwrap()
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
    fn times_are_written_in_three_ways_and_lie_in_the_past() {
        let contents = read(
            "1,2026-11-21T08:30:00Z,a\n1,2026-11-22 11:00,b\n1,2026-11-22 11:00:00,c\n1,2026-11-25 23:59,d\n\
             1,2026-11-26 00:01,e\n1,2026-11-22,f\n1,2026-11-22T11:00:00+02:00,g\n",
        );
        assert_eq!(bodies(&contents), ["a", "b", "c", "d"]);
        assert_eq!(contents.rows[1].at, contents.rows[2].at);
        assert_eq!(contents.rows[1].at.to_string(), "2026-11-22T11:00:00Z");
        assert_eq!(bad_lines(&contents), [6, 7, 8]);
        let future = contents.bad[0].to_string();
        assert!(
            future.starts_with("line 6: the timestamp \"2026-11-26 00:01\" is in the future"),
            "{future}"
        );
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
            assert_eq!(Contents::read(wrong.as_bytes(), NOW), Err(Unreadable::Header), "{wrong:?}");
        }
        let marked = "\u{feff}User ID,Timestamp (UTC),Message Body\r\n1,2017-02-01 19:29:05,a\r\n";
        assert_eq!(bodies(&Contents::read(marked.as_bytes(), NOW).unwrap()), ["a"]);
    }

    #[test]
    fn a_row_in_another_encoding_is_reported_and_the_rest_goes_in() {
        let latin1 =
            b"User ID,Timestamp (UTC),Message Body\n1,2017-02-01 19:29:05,a\n2,2017-02-01 19:29:05,caf\xe9\n\
                       3,2017-02-01 19:29:05,\"b\xff\n\"\n4,2017-02-01 19:29:05,c\n";
        let contents = Contents::read(latin1, NOW).unwrap();
        assert_eq!((bodies(&contents), bad_lines(&contents)), (vec!["a", "c"], vec![3, 4]));
        assert!(contents.bad[0].reason.contains("UTF-8"), "{}", contents.bad[0]);
    }

    #[test]
    fn utf_16_is_refused() {
        let header = "\u{feff}User ID,";
        let little: Vec<u8> = header.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = header.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            assert_eq!(Contents::read(&bytes, NOW), Err(Unreadable::Utf16));
        }
        assert_eq!(Contents::read(b"U\xffser ID", NOW), Err(Unreadable::Header));
    }
}
