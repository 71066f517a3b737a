//! INET: an address with a mask.
//!
//! Shape: `192.168.1.2/24`; the mask is left out of the text where it covers the whole address.

use std::fmt;
use std::net::IpAddr;

use super::Error;

/// An address and the length of its network part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inet {
    /// The address.
    pub addr: IpAddr,
    /// Bits of the network part.
    pub mask: u8,
}

impl Inet {
    /// Reads `address[/mask]`.
    ///
    /// *Errors*: the text is not of that form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::parse(text, "inet", "invalid IP");
        let (addr, mask) =
            text.trim().split_once('/').map_or((text.trim(), None), |(a, m)| (a, Some(m)));
        let addr: IpAddr = addr.parse().map_err(|_| bad())?;
        let full = if addr.is_ipv4() { 32 } else { 128 };
        let mask = match mask {
            Some(mask) => mask.parse::<u8>().ok().filter(|mask| *mask <= full).ok_or_else(bad)?,
            None => full,
        };
        Ok(Self { addr, mask })
    }

    /// Family (0 or 1), mask, address: what stands in keys and tuples.
    pub fn key_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(18);
        match self.addr {
            IpAddr::V4(addr) => {
                bytes.extend([0, self.mask]);
                bytes.extend(addr.octets());
            }
            IpAddr::V6(addr) => {
                bytes.extend([1, self.mask]);
                bytes.extend(addr.octets());
            }
        }
        bytes
    }

    /// The inverse of [`Inet::key_bytes`]; gives how many bytes were read.
    pub fn from_key_bytes(bytes: &[u8]) -> Option<(Self, usize)> {
        let (&[family, mask], rest) = bytes.split_first_chunk::<2>()?;
        match family {
            0 => Some((Self { addr: IpAddr::from(*rest.first_chunk::<4>()?), mask }, 6)),
            1 => Some((Self { addr: IpAddr::from(*rest.first_chunk::<16>()?), mask }, 18)),
            _ => None,
        }
    }
}

impl fmt::Display for Inet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = if self.addr.is_ipv4() { 32 } else { 128 };
        if self.mask == full {
            write!(f, "{}", self.addr)
        } else {
            write!(f, "{}/{}", self.addr, self.mask)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for text in ["192.168.1.2/24", "10.0.0.1", "::1/64", "fe80::1"] {
            let inet = Inet::parse(text).unwrap();
            assert_eq!(inet.to_string(), text);
            let bytes = inet.key_bytes();
            assert_eq!(Inet::from_key_bytes(&bytes), Some((inet, bytes.len())));
        }
        assert!(Inet::parse("10.0.0.1/33").is_err());
    }
}
