//! Passwords: what `system.users` keeps instead of one.
//!
//! ```text
//!   SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>      RFC 5803, each part in base64
//! ```
//!
//! Shape: pure, the salt is an argument. A text that is a hash already is kept as it is. *Source*: CockroachDB's page CREATE
//! USER. Left out: bcrypt, the default of v21.2; nobody logs in with a password here.

use sha2::{Digest, Sha256};

use crate::types::expr::base64;

/// Rounds of hashing: the least that SCRAM allows.
const ROUNDS: u32 = 4096;
const BLOCK: usize = 64;

/// The hash of a password.
pub(crate) fn hash(password: &str, salt: [u8; 16]) -> String {
    if ["SCRAM-SHA-256$", "CRDB-BCRYPT$", "$2a$"].iter().any(|mark| password.starts_with(mark)) {
        return password.to_owned();
    }
    let salted = stretch(password.as_bytes(), &salt);
    let stored: [u8; 32] = Sha256::digest(hmac(&salted, b"Client Key")).into();
    let server = hmac(&salted, b"Server Key");
    format!("SCRAM-SHA-256${ROUNDS}:{}${}:{}", base64(&salt), base64(&stored), base64(&server))
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK];
    let short: Vec<u8> =
        if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    for (place, byte) in block.iter_mut().zip(&short) {
        *place = *byte;
    }
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().into()
}

/// PBKDF2 for one block.
fn stretch(password: &[u8], salt: &[u8]) -> [u8; 32] {
    let mut first = salt.to_vec();
    first.extend([0, 0, 0, 1]);
    let mut round = hmac(password, &first);
    let mut sum = round;
    for _ in 1..ROUNDS {
        round = hmac(password, &round);
        for (a, b) in sum.iter_mut().zip(round) {
            *a ^= b;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7677() {
        // User `user`, password `pencil`: the keys follow from the exchange that the RFC prints.
        let salt = [
            0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e, 0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36,
            0xfa, 0x81,
        ];
        assert_eq!(
            hash("pencil", salt),
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
        assert_eq!(hash("$2a$10$x", salt), "$2a$10$x");
    }
}
