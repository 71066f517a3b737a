//! The dumps in `docs/formats` are what the code writes. `REWRITE=1` writes them afresh.
#![expect(clippy::unwrap_used, reason = "a test may stop at what must not happen")]

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use base::hlc::Timestamp;
use kv::mvcc::{key, value};
use kv::sst::{Format, Options, Writer};

const ROW: [u8; 4] = [0xf2, 0x89, 0x8a, 0x88];
const ALICE: [u8; 7] = [0x26, 0x05, b'A', b'l', b'i', b'c', b'e'];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Sixteen bytes a line: offset, bytes, what can be read of them.
fn dump(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (at, line) in bytes.chunks(16).enumerate() {
        let shown: String = line
            .iter()
            .map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' })
            .collect();
        writeln!(text, "{:04x}  {:32}  {shown}", at * 16, hex(line)).unwrap();
    }
    text
}

fn check(name: &str, made: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats").join(name);
    let text = fs::read_to_string(&file).unwrap();
    let (head, rest) = text.split_once("```dump\n").unwrap();
    let (old, tail) = rest.split_once("```").unwrap();
    if env::var_os("REWRITE").is_some() {
        fs::write(&file, format!("{head}```dump\n{made}```{tail}")).unwrap();
    } else {
        assert_eq!(old, made, "{name} tells something else; REWRITE=1 writes it afresh");
    }
}

#[test]
fn table_file() {
    let value = value::encode(&ROW, value::tag::TUPLE, &ALICE);
    let options = Options { snappy: false, ..Options::backup(Format::RocksDbV2) };
    let mut writer = Writer::new(options);
    writer.add(&ROW, Timestamp::from_secs(1_648_778_400), &value).unwrap();
    check("table-file.md", &dump(&writer.finish().unwrap()));
}

#[test]
fn versions() {
    let t = Timestamp::from_secs(1_648_778_400);
    let mut made = String::new();
    for ts in [Timestamp::ZERO, t, Timestamp { logical: 7, ..t }] {
        let time = if ts.is_zero() { "no time".to_owned() } else { ts.to_string() };
        let bytes = hex(&key::encode(&ROW, ts));
        writeln!(made, "key    /Table/106/1/2/0 @ {time:22} {bytes}").unwrap();
    }
    let tuple = hex(&value::encode(&ROW, value::tag::TUPLE, &ALICE));
    writeln!(made, "value  tuple, column 2 = Alice                   {tuple}").unwrap();
    let lone = hex(&value::encode(&ROW, value::tag::INT, &[200, 1]));
    writeln!(made, "value  integer 100                               {lone}").unwrap();
    check("versions.md", &made);
}
